export {
  type Attributes,
  adjustmentPosted,
  type CloudEvent,
  disputeLost,
  disputeOpened,
  disputeWon,
  paymentCaptured,
  payoutFailed,
  payoutInitiated,
  payoutReturned,
  payoutSettled,
  payoutSubmitted,
  refundSucceeded,
  toJson,
} from './build-events.ts';
export type { AdjustmentPosted, AdjustmentPostedData } from './catalogue/adjustment.ts';
export {
  type CatalogueEntry,
  catalogue,
  type DomainEvent,
  EVENT_TYPES,
  type EventType,
  isEventType,
} from './catalogue/catalogue.ts';
export type { DisputeData, DisputeLost, DisputeOpened, DisputeWon } from './catalogue/dispute.ts';
export type { PaymentCaptured, PaymentCapturedData } from './catalogue/payment.ts';
export type {
  PayoutFailed,
  PayoutInitiated,
  PayoutInitiatedData,
  PayoutReturned,
  PayoutSettled,
  PayoutSettledData,
  PayoutSubmitted,
  PayoutSubmittedData,
  PayoutUnpaidData,
} from './catalogue/payout.ts';
export type { RefundSucceeded, RefundSucceededData } from './catalogue/refund.ts';
export { decodeEvent, EventError, type StoredEvent } from './decode-event.ts';
export { dataschemaOf } from './envelope/dataschema.ts';
export { envelope } from './envelope/envelope.ts';
export { isTraceparent } from './envelope/traceparent.ts';
export { partitionOf } from './identity/choose-partition.ts';
export { idempotencyKey } from './identity/derive-key.ts';
export { canonicalBody, fingerprint } from './identity/fingerprint-event.ts';
export { canonicalInstant, type Instant, type InstantResult, parseInstant } from './instant/parse-instant.ts';
export { CURRENCY_CODES, currencyExponent, isCurrency } from './money/currencies.ts';
export { formatMoney } from './money/format-money.ts';
export {
  type EventData,
  FUTURE_MS_MAX,
  type Money,
  type ParseOptions,
  type ParseResult,
  parseEvent,
  type SettlementEvent,
} from './parse/parse-event.ts';
export { BODY_BYTES_MAX } from './parse/read-json.ts';
export { readStoredData } from './parse/read-stored-data.ts';
export { REJECTION_CODES, type Rejection, type RejectionCode } from './parse/rejection.ts';
export {
  findPayoutReason,
  PAYOUT_REASONS,
  type PayoutReason,
  REASON_SIDES,
  type ReasonSide,
} from './payout-reasons.ts';
