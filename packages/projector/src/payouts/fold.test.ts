import {
  type CloudEvent,
  payoutFailed,
  payoutInitiated,
  payoutReturned,
  payoutSettled,
  payoutSubmitted,
} from '@northwind/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldEvents, withoutArrival } from '../../test/fold-events.ts';

const payout = { merchantId: 'mer_001', payoutId: 'po_1' };
const money = { amount: 5_000, currency: 'EUR' };
const rail = { railReference: 'rail_77' };
const initiated = payoutInitiated({
  ...payout,
  ...money,
  method: 'instant',
  destination: 'NL··1234',
  time: '2026-11-22T06:00:00Z',
});
const submitted = payoutSubmitted({ ...payout, ...rail, expectedArrival: '2026-11-23', time: '2026-11-22T06:00:01Z' });
const settled = payoutSettled({ ...payout, ...money, ...rail, traceId: 'trace_9', time: '2026-11-22T06:00:02Z' });
const failed = payoutFailed({ ...payout, reasonCode: 'AC04', reason: 'closed account', time: '2026-11-22T06:00:03Z' });
const returned = payoutReturned({
  ...payout,
  reasonCode: 'MD07',
  reason: 'end customer deceased',
  time: '2026-11-22T06:00:04Z',
});

function settledAgain(time: string, amount: number): CloudEvent {
  return payoutSettled({ ...payout, ...money, ...rail, amount, time });
}

/** available, in transit, paid out */
function figures(...events: CloudEvent[]): bigint[] {
  const [balance] = foldEvents(...events).balances;
  return balance ? [balance.availableMinor, balance.inTransitMinor, balance.paidOutMinor] : [];
}

describe('the money of a payout', () => {
  test.each([
    ['initiated', [initiated], [-5_000n, 5_000n, 0n]],
    ['initiated, submitted', [initiated, submitted], [-5_000n, 5_000n, 0n]],
    ['initiated, submitted, settled', [initiated, submitted, settled], [-5_000n, 0n, 5_000n]],
    ['initiated, failed', [initiated, failed], [0n, 0n, 0n]],
    ['initiated, settled, returned', [initiated, settled, returned], [0n, 0n, 0n]],
    ['settled first', [settled], [-5_000n, 0n, 5_000n]],
    ['settled before initiated', [settled, initiated], [-5_000n, 0n, 5_000n]],
    ['submitted alone: amount unknown', [submitted], []],
    ['submitted before initiated', [submitted, initiated], [-5_000n, 5_000n, 0n]],
    ['failed before initiated', [failed, initiated], []],
    ['returned before settled', [returned, settled], []],
    ['failed, then settled after all', [failed, initiated, settled], [-5_000n, 0n, 5_000n]],
  ] as const)('%s', (_, events, expected) => {
    expect(figures(...events)).toEqual(expected);
  });
});

describe('transitions', () => {
  test('one a change of status, numbered, with the payout as it was then', () => {
    const { transitions } = foldEvents(initiated, submitted, settled);
    expect(transitions.map((t) => [t.sequence, t.previousStatus, t.status, t.offset])).toEqual([
      [1, null, 'initiated', 0n],
      [2, 'initiated', 'submitted', 1n],
      [3, 'submitted', 'settled', 2n],
    ]);
    expect(transitions[2]?.payout).toEqual({
      payoutId: 'po_1',
      merchantId: 'mer_001',
      status: 'settled',
      previousStatus: 'submitted',
      sequence: 3,
      amountMinor: 5_000n,
      currency: 'EUR',
      method: 'instant',
      destination: 'NL··1234',
      railReference: 'rail_77',
      traceId: 'trace_9',
      expectedArrival: '2026-11-23',
      reasonCode: null,
      reason: null,
      initiatedAt: '2026-11-22T06:00:00.000000Z',
      submittedAt: '2026-11-22T06:00:01.000000Z',
      settledAt: '2026-11-22T06:00:02.000000Z',
      failedAt: null,
      returnedAt: null,
    });
    expect(transitions[0]?.payout).toMatchObject({ status: 'initiated', railReference: null, settledAt: null });
  });

  test('a late fact fills the row in and changes no status', () => {
    const { transitions, payouts, facts } = foldEvents(settled, initiated);
    expect(transitions.map((t) => t.status)).toEqual(['settled']);
    expect(payouts).toMatchObject([{ status: 'settled', method: 'instant', sequence: 1, firstOffset: 0n, offset: 1n }]);
    expect(facts.map((f) => [f.type, f.offset])).toEqual([
      ['payout.settled', 0n],
      ['payout.initiated', 1n],
    ]);
  });
});

describe('anomalies', () => {
  test('a second settlement under another time posts nothing, changes nothing', () => {
    const once = foldEvents(initiated, settled);
    const twice = foldEvents(initiated, settled, settledAgain('2026-11-22T07:00:00Z', 9_999));
    expect({ ...twice, anomalies: [] }).toEqual({ ...once, anomalies: [] });
    expect(twice.anomalies.map((a) => [a.kind, a.offset, a.detail])).toEqual([
      ['negative_balance', 0n, { currency: 'EUR', availableMinor: -5_000n }],
      [
        'business_duplicate',
        2n,
        {
          type: 'payout.settled',
          occurredAt: '2026-11-22T07:00:00.000000Z',
          firstOccurredAt: '2026-11-22T06:00:02.000000Z',
        },
      ],
    ]);
  });

  test('settled and failed: the money is settled, the contradiction is told once, where it arose', () => {
    for (const order of [
      [settled, failed, returned],
      [failed, settled, returned],
    ]) {
      const kinds = foldEvents(...order).anomalies.filter((a) => a.kind === 'settled_and_failed');
      expect(kinds.map((a) => a.offset)).toEqual([1n]);
    }
    expect(figures(settled, failed)).toEqual([-5_000n, 0n, 5_000n]);
  });

  test('settled with another amount or currency: what settled counts', () => {
    const less = settledAgain('2026-11-22T06:00:02Z', 4_900);
    expect(figures(initiated, less)).toEqual([-4_900n, 0n, 4_900n]);
    expect(figures(less, initiated)).toEqual([-4_900n, 0n, 4_900n]);
    expect(foldEvents(less, initiated).anomalies).toContainEqual(
      expect.objectContaining({
        kind: 'amount_mismatch',
        offset: 1n,
        detail: expect.objectContaining({ amountMinor: 5_000n, otherAmountMinor: 4_900n }),
      }),
    );
    const dollars = payoutSettled({ ...payout, ...rail, amount: 5_000, currency: 'USD', time: '2026-11-22T06:00:02Z' });
    const { balances, anomalies } = foldEvents(initiated, dollars);
    expect(balances.map((b) => [b.currency, b.availableMinor, b.inTransitMinor, b.paidOutMinor])).toEqual([
      ['EUR', 0n, 0n, 0n],
      ['USD', -5_000n, 0n, 5_000n],
    ]);
    expect(anomalies.map((a) => a.kind)).toContain('amount_mismatch');
  });
});

test('any order of any facts of a payout ends in the same rows and balances', () => {
  const facts = [initiated, submitted, settled, failed, returned, settledAgain('2026-11-22T06:00:02Z', 4_321)];
  const someInTwoOrders = fc
    .subarray(facts, { minLength: 1 })
    .filter((some) => some.filter((event) => event.type === 'payout.settled').length < 2)
    .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })));
  fc.assert(
    fc.property(someInTwoOrders, ([events, shuffled]) => {
      const straight = foldEvents(...events);
      const other = foldEvents(...shuffled);
      expect(withoutArrival(other.payouts)).toEqual(withoutArrival(straight.payouts));
      expect(withoutArrival(other.facts).length).toBe(events.length);
      expect(withoutArrival(other.balances.filter(isMoved))).toEqual(withoutArrival(straight.balances.filter(isMoved)));
      expect(other.transitions.at(-1)?.status).toBe(straight.payouts[0]?.status);
      expect(other.transitions.map((t) => t.sequence)).toEqual(other.transitions.map((_, index) => index + 1));
    }),
  );
});

/** A balance that was moved and moved back is a row in one order and none in another; its figures are the same. */
function isMoved(balance: { availableMinor: bigint; paidOutMinor: bigint; inTransitMinor: bigint }): boolean {
  return balance.availableMinor !== 0n || balance.paidOutMinor !== 0n || balance.inTransitMinor !== 0n;
}
