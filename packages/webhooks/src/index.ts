export { webhooksConfigSchema } from './config.ts';
export { createWebhookWorker, type WebhookWorkerOptions } from './create-webhook-worker.ts';
export { DELIVERY_STATES, type DeliveryState } from './delivery/decide-next-step.ts';
export { OUTCOMES, type Outcome } from './delivery/outcome.ts';
export type { RetrySchedule } from './delivery/retry-schedule.ts';
export type { Endpoint } from './endpoints/endpoint.ts';
export { ENDPOINT_PROBLEMS, type EndpointProblem, type EndpointProblemCode } from './endpoints/endpoint-problem.ts';
export { listEndpoints } from './endpoints/list-endpoints.ts';
export {
  type EndpointToRegister,
  type RegisterOptions,
  type RegisterResult,
  registerEndpoint,
} from './endpoints/register-endpoint.ts';
export { type EndpointToRemove, removeEndpoint } from './endpoints/remove-endpoint.ts';
export { deliveryMigrations } from './migrations.ts';
export type { WebhookDatabase } from './planning/create-planner.ts';
export { WEBHOOK_EVENT_TYPES, type WebhookEventType } from './planning/event-types.ts';
export type { Attempt, Delivery, DeliverySummary } from './receipts/delivery.ts';
export { type DeliveryToFind, findDelivery } from './receipts/find-delivery.ts';
export { type DeliveriesWish, listDeliveries } from './receipts/list-deliveries.ts';
export { type DeliveryPage, type DeliverySearch, searchDeliveries } from './receipts/search-deliveries.ts';
export { secretsKeySchema } from './signing/secret-box.ts';
export { createWebhooksProcess } from './webhooks-process.ts';
