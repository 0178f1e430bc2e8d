import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents, nth } from '../test/arbitrary-events.ts';
import { type FoldedRows, foldEvents } from '../test/fold-events.ts';

const HOURS_APART = 7 * 3_600;

/** Events some hours apart, and how many of them the log holds so far. */
const prefixes = arbitraryEvents({ maxLength: 60 }).chain((events) =>
  fc.tuple(
    fc.constant(events.map((event, index) => ({ ...event, time: nth(index * HOURS_APART) }))),
    fc.nat({ max: events.length }),
  ),
);

/** Account by account out of the balances, as the trial balance is; a credit is positive. */
function accountsOf(balance: FoldedRows['balances'][number]): bigint[] {
  return [
    balance.refundsMinor - balance.grossMinor,
    balance.paidOutMinor,
    balance.availableMinor,
    balance.inTransitMinor,
    balance.reservedMinor,
    balance.feesMinor,
    balance.disputesMinor,
    -balance.adjustmentsMinor,
  ];
}

test('after any prefix the trial balance is zero in each currency, and is what the journal posted', () => {
  fc.assert(
    fc.property(prefixes, ([events, length]) => {
      const { balances, journal } = foldEvents(...events.slice(0, length));
      for (const [currency, its] of Map.groupBy(balances, (row) => row.currency)) {
        const posted = journal
          .filter((row) => row.currency === currency)
          .map((row) => [
            row.processorReceivableMinor,
            row.bankMinor,
            row.merchantPayableMinor,
            row.payoutInTransitMinor,
            row.disputeReserveMinor,
            row.feeRevenueMinor,
            row.disputeLossMinor,
            row.adjustmentsMinor,
          ]);
        const accounts = sumUp(its.map(accountsOf));
        expect(accounts).toEqual(sumUp(posted));
        expect(accounts.reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
      }
    }),
    { numRuns: 200 },
  );
});

test('after any prefix every day closes, and opens with what the day before it closed with', () => {
  fc.assert(
    fc.property(prefixes, ([events, length]) => {
      const { statements, balances } = foldEvents(...events.slice(0, length));
      for (const balance of balances) {
        const days = statements
          .filter((row) => row.merchantId === balance.merchantId && row.currency === balance.currency)
          .sort((a, b) => a.day.localeCompare(b.day));
        let carried = 0n;
        for (const day of days) {
          expect(day.openingMinor).toBe(carried);
          const came = day.grossMinor + day.adjustmentsMinor;
          const went = day.feesMinor + day.refundsMinor + day.heldMinor + day.disputesMinor + day.payoutsMinor;
          expect(day.closingMinor).toBe(day.openingMinor + came - went);
          carried = day.closingMinor;
        }
        expect(carried).toBe(balance.availableMinor);
      }
    }),
    { numRuns: 200 },
  );
});

function sumUp(rows: readonly (readonly bigint[])[]): bigint[] {
  return rows.reduce<bigint[]>((sums, row) => sums.map((sum, index) => sum + (row[index] ?? 0n)), Array(8).fill(0n));
}
