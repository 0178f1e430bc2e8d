import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents } from '../test/arbitrary-events.ts';
import { type FoldedRows, foldEvents, withoutArrival } from '../test/fold-events.ts';
import { factOf, shuffledEvents } from '../test/shuffle-events.ts';

const inTwoOrders = arbitraryEvents({ maxLength: 120 }).chain((events) =>
  fc.tuple(fc.constant(events), shuffledEvents(events)),
);

/** What must not depend on the order; each is something that finance reads. */
function outcome({ balances, payments, payouts, disputes, refunds, transitions }: FoldedRows) {
  const last = new Map(transitions.map((row) => [`${row.merchantId} ${row.payoutId}`, row]));
  return {
    balances: withoutArrival(balances.filter(isMoved)),
    payments: withoutArrival(payments.filter(isTold).map(settleCurrency)),
    payouts: withoutArrival(payouts),
    disputes: withoutArrival(disputes),
    refunds: withoutArrival(refunds),
    toldLast: [...last].map(([payout, { status }]) => `${payout} ${status}`).sort(),
  };
}

/** A balance or a payment that was moved and moved back is a row in one order and none in another, and says nothing. */
function isMoved(balance: FoldedRows['balances'][number]): boolean {
  return Object.entries(balance).some(([name, value]) => name.endsWith('Minor') && value !== 0n);
}

function isTold(payment: FoldedRows['payments'][number]): boolean {
  return payment.capturedAt !== null || payment.refundedMinor !== 0n || payment.disputedMinor !== 0n;
}

/** Until its capture a payment has the currency of what named it first. */
function settleCurrency(payment: FoldedRows['payments'][number]) {
  return payment.capturedAt === null ? { ...payment, currency: null } : payment;
}

test('in whatever order the log holds them, the same events come to the same money, payments and statuses', () => {
  fc.assert(
    fc.property(inTwoOrders, ([events, shuffled]) => {
      expect(outcome(foldEvents(...shuffled))).toEqual(outcome(foldEvents(...events)));
    }),
    { numRuns: 200 },
  );
});

test('the orders are many, and what tells the same fact again stays after what told it first', () => {
  const [events = []] = fc.sample(arbitraryEvents({ minLength: 60, maxLength: 60 }), { numRuns: 1, seed: 3 });
  const orders = fc.sample(shuffledEvents(events), { numRuns: 50, seed: 4 });
  expect(new Set(orders.map((order) => JSON.stringify(order))).size).toBe(50);
  for (const order of orders) {
    expect(new Set(order)).toEqual(new Set(events));
    for (const told of Map.groupBy(order, factOf).values()) {
      const times = told.map(({ time }) => time);
      expect(times).toEqual(times.toSorted());
    }
  }
});
