import type { AdjustmentIntent, DisputeIntent, Intent, PaymentIntent, PayoutIntent, RefundIntent } from './intent.ts';
import type { Merchant, Merchants } from './merchants.ts';
import { createOracle } from './oracle.ts';
import type { Random } from './seeded-random.ts';

export interface PlatformOptions {
  readonly random: Random;
  readonly merchants: Merchants;
  /** Part of every id, so that another run's ids are others. */
  readonly run: string;
}

export interface Platform {
  /** Decides what happens next. */
  next(): Intent;
  /** Decides on a plain payment that nothing follows: it is told in one event. */
  nextPayment(): PaymentIntent;
}

const PAYOUT_SHARE = 0.09;
const ADJUSTMENT_SHARE = 0.012;
const REFUND_SHARE = 0.07;
const DISPUTE_SHARE = 0.018;
const PAYOUT_MIN_MINOR = 500n;

const METHODS = ['card', 'card', 'card', 'ideal', 'sepa_debit', 'paypal', 'bancontact'] as const;
const DISPUTE_REASONS = ['Product not received', 'Fraudulent', 'Duplicate', 'Product not as described'] as const;
const ADJUSTMENT_REASONS = ['Goodwill credit', 'Fee correction', 'Chargeback fee', 'Monthly subscription'] as const;
const FAILURES = [
  { reasonCode: 'AC04', reason: 'The account is closed' },
  { reasonCode: 'AC01', reason: 'The account number is wrong' },
  { reasonCode: 'AM05', reason: 'Duplicate transfer' },
  { reasonCode: 'RR04', reason: 'Regulatory reason' },
  { reasonCode: 'MS03', reason: 'Reason not specified by the bank' },
] as const;
/** Cumulative: how far a payout gets. */
const OUTCOMES = [
  { outcome: 'settled', upTo: 0.84 },
  { outcome: 'failed', upTo: 0.9 },
  { outcome: 'returned', upTo: 0.94 },
  { outcome: 'submitted', upTo: 0.98 },
  { outcome: 'initiated', upTo: 1 },
] as const;

/** The simulated payments platform and bank: decides intents one after another and pays out only what is available. */
export function createPlatform({ random, merchants, run }: PlatformOptions): Platform {
  const books = createOracle();
  let count = 0;
  const id = (prefix: string) => `${prefix}_${run}_${String(++count).padStart(6, '0')}`;
  const decided = <Decided extends Intent>(intent: Decided): Decided => {
    books.learn(intent);
    return intent;
  };
  const nextPayment = () => decided(plainPayment(random, merchants.pick(random), id));
  return {
    nextPayment,
    next: () => {
      const chance = random.unit();
      const merchant = merchants.pick(random);
      if (chance < PAYOUT_SHARE) {
        const available = books.available(merchant.merchantId, merchant.currency);
        if (available >= PAYOUT_MIN_MINOR) return decided(decidePayout(random, merchant, available, id));
      }
      if (chance < PAYOUT_SHARE + ADJUSTMENT_SHARE) return decided(decideAdjustment(random, merchant, id));
      return decided(decidePayment(random, merchant, id));
    },
  };
}

type NewId = (prefix: string) => string;

function plainPayment(random: Random, merchant: Merchant, id: NewId): PaymentIntent {
  const amount = Math.max(50, Math.round(merchant.ticketMinor * Math.exp(random.normal() * 0.8)));
  const fee = Math.round((amount * merchant.feeBasisPoints) / 10_000);
  return {
    kind: 'payment',
    paymentId: id('pay'),
    merchantId: merchant.merchantId,
    currency: merchant.secondCurrency !== null && random.chance(0.2) ? merchant.secondCurrency : merchant.currency,
    amountMinor: BigInt(amount),
    feeMinor: BigInt(fee),
    method: random.pick(METHODS),
    refunds: [],
    dispute: null,
  };
}

function decidePayment(random: Random, merchant: Merchant, id: NewId): PaymentIntent {
  const payment = plainPayment(random, merchant, id);
  if (random.chance(REFUND_SHARE)) return { ...payment, refunds: decideRefunds(random, payment, id) };
  if (random.chance(DISPUTE_SHARE)) return { ...payment, dispute: decideDispute(random, payment, id) };
  return payment;
}

/** In full with the fee, or one or two parts without it. */
function decideRefunds(random: Random, { amountMinor, feeMinor }: PaymentIntent, id: NewId): RefundIntent[] {
  if (random.chance(0.6)) return [{ refundId: id('re'), amountMinor, feeRefundedMinor: feeMinor }];
  const parts = random.chance(0.3) ? 2 : 1;
  return Array.from({ length: parts }, () => ({
    refundId: id('re'),
    amountMinor: (amountMinor * BigInt(random.integer(10, 45))) / 100n,
    feeRefundedMinor: 0n,
  }));
}

function decideDispute(random: Random, { amountMinor }: PaymentIntent, id: NewId): DisputeIntent {
  const outcome = random.pick(['open', 'won', 'won', 'lost', 'lost', 'lost'] as const);
  return { disputeId: id('dp'), amountMinor, reason: random.pick(DISPUTE_REASONS), outcome };
}

function decideAdjustment(random: Random, merchant: Merchant, id: NewId): AdjustmentIntent {
  const amount = random.integer(1, merchant.ticketMinor);
  return {
    kind: 'adjustment',
    adjustmentId: id('adj'),
    merchantId: merchant.merchantId,
    currency: merchant.currency,
    amountMinor: BigInt(random.chance(0.5) ? amount : -Math.ceil(amount / 20)),
    reason: random.pick(ADJUSTMENT_REASONS),
  };
}

function decidePayout(random: Random, merchant: Merchant, available: bigint, id: NewId): PayoutIntent {
  const point = random.unit();
  const outcome = OUTCOMES.find(({ upTo }) => point < upTo)?.outcome ?? 'settled';
  return {
    kind: 'payout',
    payoutId: id('po'),
    merchantId: merchant.merchantId,
    currency: merchant.currency,
    amountMinor: (available * BigInt(random.integer(40, 100))) / 100n,
    method: random.chance(0.4) ? 'instant' : 'standard',
    destination: merchant.destination,
    railReference: `RAIL${random.integer(100_000_000, 999_999_999)}`,
    outcome,
    ...random.pick(FAILURES),
  };
}
