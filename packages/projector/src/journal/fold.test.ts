import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents } from '../../test/arbitrary-events.ts';
import { foldEvents } from '../../test/fold-events.ts';

test('whatever the traffic, each row balances, and the last one of a merchant is his balance', () => {
  fc.assert(
    fc.property(arbitraryEvents({ maxLength: 120 }), (events) => {
      const { journal, balances } = foldEvents(...events);
      for (const row of journal) {
        const amounts = Object.entries(row).filter(([name]) => name.endsWith('Minor'));
        expect(amounts).toHaveLength(8);
        expect(amounts.reduce((sum, [, amount]) => sum + (amount as bigint), 0n)).toBe(0n);
      }
      const last = new Map(journal.map((row) => [`${row.merchantId} ${row.currency}`, row]));
      expect(last.size).toBe(balances.length);
      for (const balance of balances) {
        expect(last.get(`${balance.merchantId} ${balance.currency}`)).toMatchObject({
          offset: balance.offset,
          availableAfter: balance.availableMinor,
          inTransitAfter: balance.inTransitMinor,
          reservedAfter: balance.reservedMinor,
          grossAfter: balance.grossMinor,
          feesAfter: balance.feesMinor,
          refundsAfter: balance.refundsMinor,
          disputesAfter: balance.disputesMinor,
          adjustmentsAfter: balance.adjustmentsMinor,
          paidOutAfter: balance.paidOutMinor,
        });
      }
    }),
  );
});
