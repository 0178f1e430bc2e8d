import {
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
} from '@northwind/events';
import type { Intent, PaymentIntent, PayoutIntent } from './intent.ts';
import type { Random } from './seeded-random.ts';

/** One thing that the platform will tell, once its time has come. */
export interface Fact {
  /** When it happens, counted from the beginning of its intent. */
  readonly delayMs: number;
  readonly event: (time: string) => CloudEvent;
  /**
   * The fact before it has to be in the log first. Only for a payout's return: coming in first it would hide that the
   * payout ever settled, and how many webhooks are right would depend on the order of arrival.
   */
  readonly waitsForLast?: true;
}

const BANK_SOURCE = '/northwind/bank-rail';
const SECOND = 1_000;

/** The facts of an intent in the order in which they happen, at the pace of a lively day. */
export function tellIntent(intent: Intent, random: Random): Fact[] {
  switch (intent.kind) {
    case 'payment':
      return tellPayment(intent, random);
    case 'payout':
      return tellPayout(intent, random);
    case 'adjustment': {
      const { adjustmentId, merchantId, currency, amountMinor: amount, reason } = intent;
      return [
        { delayMs: 0, event: (time) => adjustmentPosted({ time, adjustmentId, merchantId, amount, currency, reason }) },
      ];
    }
  }
}

function tellPayment(intent: PaymentIntent, random: Random): Fact[] {
  const { merchantId, paymentId, currency, amountMinor: amount, feeMinor: fee, method, dispute } = intent;
  const facts: Fact[] = [
    { delayMs: 0, event: (time) => paymentCaptured({ time, paymentId, merchantId, amount, fee, currency, method }) },
  ];
  for (const refund of intent.refunds) {
    const { refundId, amountMinor, feeRefundedMinor } = refund;
    const data = { merchantId, paymentId, amount: amountMinor, currency };
    const withFee = feeRefundedMinor > 0n ? { ...data, feeRefunded: feeRefundedMinor } : data;
    const delayMs = random.integer(8 * SECOND, 120 * SECOND);
    facts.push({ delayMs, event: (time) => refundSucceeded({ time, refundId, ...withFee }) });
  }
  if (dispute === null) return facts;
  const { disputeId, amountMinor, reason, outcome } = dispute;
  const data = { disputeId, merchantId, paymentId, amount: amountMinor, currency, reason };
  const openedMs = random.integer(10 * SECOND, 90 * SECOND);
  facts.push({ delayMs: openedMs, event: (time) => disputeOpened({ time, ...data }) });
  if (outcome === 'open') return facts;
  const decide = outcome === 'won' ? disputeWon : disputeLost;
  const decidedMs = openedMs + random.integer(20 * SECOND, 120 * SECOND);
  facts.push({ delayMs: decidedMs, event: (time) => decide({ time, ...data }) });
  return facts;
}

function tellPayout(intent: PayoutIntent, random: Random): Fact[] {
  const { merchantId, payoutId, currency, amountMinor: amount, method, destination, railReference, outcome } = intent;
  const { reasonCode, reason } = intent;
  const data = { payoutId, merchantId };
  const bank = { ...data, source: BANK_SOURCE };
  const pace = method === 'instant' ? 1 : 6;
  const submittedMs = random.integer(1 * SECOND, 3 * SECOND) * pace;
  const endedMs = submittedMs + random.integer(2 * SECOND, 8 * SECOND) * pace;
  const returnedMs = endedMs + random.integer(30 * SECOND, 120 * SECOND);
  const facts: Fact[] = [
    { delayMs: 0, event: (time) => payoutInitiated({ time, ...data, amount, currency, method, destination }) },
    { delayMs: submittedMs, event: (time) => payoutSubmitted({ time, ...bank, railReference }) },
    { delayMs: endedMs, event: (time) => payoutSettled({ time, ...bank, amount, currency, railReference }) },
    { delayMs: returnedMs, event: (time) => payoutReturned({ time, ...bank, reasonCode, reason }), waitsForLast: true },
  ];
  const failed: Fact = { delayMs: endedMs, event: (time) => payoutFailed({ time, ...bank, reasonCode, reason }) };
  const told = { initiated: 1, submitted: 2, settled: 3, returned: 4, failed: 2 }[outcome];
  return outcome === 'failed' ? [...facts.slice(0, told), failed] : facts.slice(0, told);
}
