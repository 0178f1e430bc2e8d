/**
 * Random traffic of a few merchants. Ids are scarce on purpose, so that business duplicates, contradictions, refunds
 * of payments never seen and every disorder occur all the time.
 */
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
import fc from 'fast-check';

interface Ingredients {
  readonly kind: number;
  readonly merchant: number;
  readonly id: number;
  readonly paymentId: number;
  readonly amount: number;
  readonly part: number;
  readonly currency: 'EUR' | 'USD' | 'JPY';
}

const ingredients: fc.Arbitrary<Ingredients> = fc.record({
  kind: fc.nat({ max: 10 }),
  merchant: fc.nat({ max: 4 }),
  id: fc.nat({ max: 6 }),
  paymentId: fc.nat({ max: 8 }),
  amount: fc.integer({ min: 1, max: 100_000 }),
  part: fc.integer({ min: 0, max: 100 }),
  currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD', 'JPY'),
});

export function arbitraryEvents(lengths: { minLength?: number; maxLength: number }): fc.Arbitrary<CloudEvent[]> {
  // Left to itself fast-check makes lists of some ten items, in which hardly two events are about the same payout.
  return fc.array(ingredients, { ...lengths, size: 'max' }).map((list) => list.map(toEvent));
}

/** The n-th second of a day: no two events share a time, so none is an idempotent duplicate. */
export function nth(index: number): string {
  return `2026-11-${String(1 + Math.floor(index / 86_400)).padStart(2, '0')}T${clockTime(index % 86_400)}Z`;
}

function clockTime(second: number): string {
  const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function toEvent(from: Ingredients, index: number): CloudEvent {
  const { merchant, id, amount, part, currency } = from;
  const merchantId = `mer_${merchant}`;
  const base = { merchantId, time: nth(index) };
  const paymentId = `pay_${from.paymentId}`;
  const fee = Math.floor((amount * part) / 100);
  const dispute = { ...base, disputeId: `dp_${id}`, paymentId, amount, currency };
  const payout = { ...base, payoutId: `po_${id}` };
  const builders: (() => CloudEvent)[] = [
    () => paymentCaptured({ ...base, paymentId, amount, fee, currency }),
    () => refundSucceeded({ ...base, refundId: `re_${id}`, paymentId, amount, feeRefunded: fee, currency }),
    () => disputeOpened({ ...dispute, reason: 'fraudulent' }),
    () => disputeWon(dispute),
    () => disputeLost(dispute),
    () =>
      adjustmentPosted({ ...base, adjustmentId: `ad_${id}`, amount: amount - 50_000, currency, reason: 'correction' }),
    () => payoutInitiated({ ...payout, amount, currency, method: 'instant', destination: 'NL··1234' }),
    () => payoutSubmitted({ ...payout, railReference: `rail_${amount}`, expectedArrival: '2026-11-23' }),
    () => payoutSettled({ ...payout, amount, currency, railReference: `rail_${amount}`, traceId: `trace_${amount}` }),
    () => payoutFailed({ ...payout, reasonCode: 'AC04', reason: `closed account ${amount}` }),
    () => payoutReturned({ ...payout, reasonCode: 'MD07', reason: `end customer deceased ${amount}` }),
  ];
  const build = builders[from.kind];
  if (build === undefined) throw new Error(`no event of kind ${from.kind}`);
  return build();
}
