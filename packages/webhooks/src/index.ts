export { webhooksConfigSchema } from './config.ts';
export { createWebhookWorker, type WebhookWorkerOptions } from './create-webhook-worker.ts';
export { DELIVERY_STATES, type DeliveryState } from './delivery/decide-next-step.ts';
export { OUTCOMES, type Outcome } from './delivery/outcome.ts';
export {
  type ChangeResult,
  changeEndpoint,
  type EndpointChange,
  type EndpointToChange,
} from './endpoints/change-endpoint.ts';
export type { Circuit, Endpoint, EndpointHealth, EndpointWarning } from './endpoints/endpoint.ts';
export { ENDPOINT_PROBLEMS, type EndpointProblem, type EndpointProblemCode } from './endpoints/endpoint-problem.ts';
export { listEndpoints } from './endpoints/list-endpoints.ts';
export { readEndpoint } from './endpoints/read-endpoint.ts';
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
export {
  changedPolicy,
  ENDPOINT_POLICY,
  type EndpointPolicy,
  type EndpointPolicyChange,
  endpointPolicyChangeSchema,
  endpointPolicySchema,
} from './policy/endpoint-policy.ts';
export { type PreviewedAttempt, previewAttempts } from './policy/preview-attempts.ts';
export type { RetryPolicy } from './policy/retry-policy.ts';
export { type Attempt, type DeliveriesWish, type Delivery, listDeliveries } from './receipts/list-deliveries.ts';
export { secretsKeySchema } from './signing/secret-box.ts';
export { createWebhooksProcess } from './webhooks-process.ts';
