/**
 * What the simulated platform and the bank mean to happen, decided before anything is told to anybody. The events are
 * told from an intent (tell-intent.ts), and the right balances are computed from it (oracle.ts): two ways that share
 * nothing, so that comparing them proves something.
 */
export type Intent = PaymentIntent | AdjustmentIntent | PayoutIntent;

interface MoneyOf {
  readonly merchantId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
}

export interface PaymentIntent extends MoneyOf {
  readonly kind: 'payment';
  readonly paymentId: string;
  readonly feeMinor: bigint;
  readonly method: string;
  readonly refunds: readonly RefundIntent[];
  readonly dispute: DisputeIntent | null;
}

export interface RefundIntent {
  readonly refundId: string;
  readonly amountMinor: bigint;
  readonly feeRefundedMinor: bigint;
}

export interface DisputeIntent {
  readonly disputeId: string;
  readonly amountMinor: bigint;
  readonly reason: string;
  /** `open` stays undecided. */
  readonly outcome: 'open' | 'won' | 'lost';
}

/** The amount is signed. */
export interface AdjustmentIntent extends MoneyOf {
  readonly kind: 'adjustment';
  readonly adjustmentId: string;
  readonly reason: string;
}

export type PayoutOutcome = 'initiated' | 'submitted' | 'settled' | 'failed' | 'returned';

export interface PayoutIntent extends MoneyOf {
  readonly kind: 'payout';
  readonly payoutId: string;
  readonly method: 'instant' | 'standard';
  readonly destination: string;
  readonly railReference: string;
  /** How far it gets. A returned payout has settled before. */
  readonly outcome: PayoutOutcome;
  /** Why it failed or came back. */
  readonly reasonCode: string;
  readonly reason: string;
}
