import { adjustmentPosted, paymentCaptured, payoutInitiated } from '@northwind/events';
import { expect, test } from 'vitest';
import { foldEvents } from '../../test/fold-events.ts';

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
