import { adjustmentPosted, paymentCaptured, payoutInitiated } from '@northwind/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents, nth } from '../../test/arbitrary-events.ts';
import { foldEvents } from '../../test/fold-events.ts';
import type { StatementRow } from './table.ts';

const HOURS_APART = 5 * 3_600;

test('a day tells what was there, what moved and what is left', () => {
  const base = { merchantId: 'mer_001', currency: 'EUR' };
  const { statements } = foldEvents(
    paymentCaptured({ ...base, paymentId: 'pay_1', amount: 1_000, fee: 30, time: '2026-11-01T10:00:00Z' }),
    adjustmentPosted({
      ...base,
      adjustmentId: 'ad_1',
      amount: -70,
      reason: 'correction',
      time: '2026-11-01T23:59:59Z',
    }),
    payoutInitiated({
      ...base,
      payoutId: 'po_1',
      amount: 400,
      method: 'instant',
      destination: 'NL··1',
      time: '2026-11-03T00:00:00Z',
    }),
  );
  expect(statements).toMatchObject([
    {
      day: '2026-11-01',
      openingMinor: 0n,
      grossMinor: 1_000n,
      feesMinor: 30n,
      adjustmentsMinor: -70n,
      payoutsMinor: 0n,
      closingMinor: 900n,
      events: 2,
      firstOffset: 0n,
      offset: 1n,
    },
    { day: '2026-11-03', openingMinor: 900n, grossMinor: 0n, payoutsMinor: 400n, closingMinor: 500n, events: 1 },
  ]);
});

test('whatever the traffic, every day closes, and opens with what the day before it closed with', () => {
  fc.assert(
    fc.property(arbitraryEvents({ maxLength: 100 }), (events) => {
      const spread = events.map((event, index) => ({ ...event, time: nth(index * HOURS_APART) }));
      const { statements, balances } = foldEvents(...spread);
      for (const balance of balances) {
        const days = statements
          .filter((row) => row.merchantId === balance.merchantId && row.currency === balance.currency)
          .sort((a, b) => a.day.localeCompare(b.day));
        expect(days[0]?.openingMinor).toBe(0n);
        for (const [index, day] of days.entries()) {
          expect(day.closingMinor).toBe(day.openingMinor + movedOn(day));
          if (index > 0) expect(day.openingMinor).toBe(days[index - 1]?.closingMinor);
        }
        expect(days.at(-1)?.closingMinor).toBe(balance.availableMinor);
      }
    }),
  );
});

function movedOn(day: StatementRow): bigint {
  const came = day.grossMinor + day.adjustmentsMinor;
  return came - day.feesMinor - day.refundsMinor - day.heldMinor - day.disputesMinor - day.payoutsMinor;
}
