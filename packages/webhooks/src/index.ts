export { webhooksConfigSchema } from './config.ts';
export { createWebhookWorker, type WebhookWorkerOptions } from './create-webhook-worker.ts';
export type { DeadLetter } from './dead-letters/dead-letter-message.ts';
export {
  type DeadLetterQueue,
  type DeadLetterQueueOptions,
  openDeadLetterQueue,
} from './dead-letters/dead-letter-queue.ts';
export { type DeadLettersWish, type ListedDeadLetter, listDeadLetters } from './dead-letters/list-dead-letters.ts';
export { type RedriveOptions, type RedriveReport, redriveDeadLetters } from './dead-letters/redrive-dead-letters.ts';
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
export {
  DELIVERY_EVENT_TYPES,
  type DeliveryEventType,
  PAYOUT_EVENT_TYPES,
  WEBHOOK_EVENT_TYPES,
  type WebhookEventType,
} from './planning/event-types.ts';
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
export type { Attempt, Delivery, DeliverySummary } from './receipts/delivery.ts';
export { type DeliveryToFind, findDelivery } from './receipts/find-delivery.ts';
export { type DeliveriesWish, listDeliveries } from './receipts/list-deliveries.ts';
export { type DeliveryPage, type DeliverySearch, searchDeliveries } from './receipts/search-deliveries.ts';
export {
  createResendJob,
  previewResendJob,
  type ResendCandidate,
  type ResendJobOrder,
  type ResendPreview,
} from './resending/create-resend-job.ts';
export { orderResendJob, RESEND_ORDERS, type ResendOrder } from './resending/order-resend-job.ts';
export {
  listResendItems,
  listResendJobs,
  type ResendItem,
  readResendJob,
} from './resending/read-resend-jobs.ts';
export { type DeliveryToResend, type ResendOutcome, resendDelivery } from './resending/resend-delivery.ts';
export type { ResendFilter } from './resending/resend-filter.ts';
export {
  RESEND_ITEM_STATES,
  RESEND_JOB_STATES,
  type ResendItemState,
  type ResendJob,
  type ResendJobState,
  type ResendProgress,
  SKIP_REASONS,
  type SkipReason,
} from './resending/resend-job.ts';
export {
  AGE_BUCKETS,
  listUnacknowledged,
  REASON_MEANINGS,
  UNACKNOWLEDGED_REASONS,
  type UnacknowledgedLine,
  type UnacknowledgedReport,
} from './self-heal/list-unacknowledged.ts';
export { listWebhookEvents, type WebhookEvent, type WebhookEventsWish } from './self-heal/list-webhook-events.ts';
export { readDigest } from './self-heal/read-digest.ts';
export { listSecretActions, type SecretAction, type SecretActionsWish } from './signing/list-secret-actions.ts';
export { type LiveSecret, listSecrets, type SecretsOfEndpoint } from './signing/list-secrets.ts';
export { type ActedBy, SECRET_ACTIONS } from './signing/record-secret-action.ts';
export { removeSecret, type SecretToRemove } from './signing/remove-secret.ts';
export { type ResealOptions, type ResealReport, resealSecrets } from './signing/reseal-secrets.ts';
export { type RotatedSecret, type RotateOptions, rotateSecret, type SecretToRotate } from './signing/rotate-secret.ts';
export { SIGNING_SCHEMES, type SigningScheme } from './signing/scheme.ts';
export { oldSecretsKeysSchema, secretsKeySchema } from './signing/secret-box.ts';
export { type RefusedSecret, SECRET_PROBLEMS, type SecretProblem } from './signing/secret-problem.ts';
export { listTests } from './test-events/list-tests.ts';
export { sendTestEvent, type TestOutcome } from './test-events/send-test-event.ts';
export { createWebhooksProcess } from './webhooks-process.ts';
export { WORKER_MEMORY } from './worker-memory.ts';
export { WORKER_SESSIONS } from './worker-sessions.ts';
