import {
  type CloudEvent,
  disputeLost,
  disputeOpened,
  disputeWon,
  paymentCaptured,
  refundSucceeded,
} from '@northwind/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldEvents, withoutArrival } from '../../test/fold-events.ts';
import { given } from '../../test/given.ts';

const merchantId = 'mer_001';
const paymentId = 'pay_1';
const dispute = { merchantId, disputeId: 'dp_1', paymentId, amount: 2_000, currency: 'EUR' };
const captured = paymentCaptured({
  merchantId,
  paymentId,
  amount: 9_000,
  fee: 100,
  currency: 'EUR',
  time: '2026-11-01T00:00:00Z',
});
const opened = disputeOpened({ ...dispute, reason: 'fraudulent', time: '2026-11-02T00:00:00Z' });
const won = disputeWon({ ...dispute, time: '2026-11-03T00:00:00Z' });
const lost = disputeLost({ ...dispute, time: '2026-11-04T00:00:00Z' });
const refunded = refundSucceeded({
  merchantId,
  refundId: 're_1',
  paymentId,
  amount: 500,
  currency: 'EUR',
  time: '2026-11-05T00:00:00Z',
});

/** available, reserved, lost; then what the payment says is disputed */
function figures(...events: CloudEvent[]): (bigint | undefined)[] {
  const { balances, payments } = foldEvents(captured, ...events);
  const [balance] = balances;
  return [balance?.availableMinor, balance?.reservedMinor, balance?.disputesMinor, payments[0]?.disputedMinor];
}

test.each([
  ['opened', [opened], [6_900n, 2_000n, 0n, 2_000n]],
  ['opened, won', [opened, won], [8_900n, 0n, 0n, 0n]],
  ['opened, lost', [opened, lost], [6_900n, 0n, 2_000n, 2_000n]],
  ['won before opened', [won, opened], [8_900n, 0n, 0n, 0n]],
  ['lost before opened', [lost, opened], [6_900n, 0n, 2_000n, 2_000n]],
  ['won and lost', [opened, won, lost], [6_900n, 0n, 2_000n, 2_000n]],
] as const)('the money of a dispute: %s', (_, events, expected) => {
  expect(figures(...events)).toEqual(expected);
});

test('a contradiction and a second opening are anomalies with their coordinates', () => {
  const again = disputeOpened({ ...dispute, amount: 1, time: '2026-11-09T00:00:00Z' });
  given(captured, opened)
    .when(again, won, lost)
    .then({
      anomalies: [
        { kind: 'business_duplicate', offset: 2n, subject: 'dp_1' },
        { kind: 'won_and_lost', offset: 4n, subject: 'dp_1' },
      ],
    });
});

test('a lost fact that names another payment and amount speaks for the dispute', () => {
  const other = disputeLost({ ...dispute, paymentId: 'pay_2', amount: 1_500, time: '2026-11-04T00:00:00Z' });
  given(captured, opened)
    .when(other)
    .then({
      disputes: [{ paymentId: 'pay_2', amountMinor: 1_500n, status: 'lost', reason: 'fraudulent' }],
      payments: [
        { paymentId: 'pay_1', disputedMinor: 0n, capturedAt: '2026-11-01T00:00:00.000000Z' },
        { paymentId: 'pay_2', disputedMinor: 1_500n, capturedAt: null },
      ],
      anomalies: [{ kind: 'amount_mismatch' }, { kind: 'unknown_payment' }],
    });
});

test('any order of any facts of a payment and its dispute ends in the same rows and balances', () => {
  const elsewhere = disputeLost({ ...dispute, paymentId: 'pay_2', amount: 7, time: '2026-11-04T00:00:00Z' });
  const facts = [captured, opened, won, lost, elsewhere, refunded];
  const someInTwoOrders = fc
    .subarray(facts, { minLength: 1 })
    .filter((some) => !(some.includes(lost) && some.includes(elsewhere)))
    .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })));
  fc.assert(
    fc.property(someInTwoOrders, ([events, shuffled]) => {
      const straight = foldEvents(...events);
      const other = foldEvents(...shuffled);
      expect(withoutArrival(other.disputes)).toEqual(withoutArrival(straight.disputes));
      expect(withoutArrival(other.payments.filter(isKnown))).toEqual(withoutArrival(straight.payments.filter(isKnown)));
      expect(withoutArrival(other.refunds)).toEqual(withoutArrival(straight.refunds));
      const moved = (rows: typeof straight.balances) =>
        rows.filter((b) => b.grossMinor !== 0n || b.availableMinor !== 0n);
      expect(withoutArrival(moved(other.balances))).toEqual(withoutArrival(moved(straight.balances)));
    }),
  );
});

/** A payment that only an outvoted fact named has a row in one order and none in another; it says nothing. */
function isKnown(payment: { capturedAt: string | null; disputedMinor: bigint; refundedMinor: bigint }): boolean {
  return payment.capturedAt !== null || payment.disputedMinor !== 0n || payment.refundedMinor !== 0n;
}
