import { adjustmentPosted } from '@northwind/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents } from '../../test/arbitrary-events.ts';
import { foldEvents } from '../../test/fold-events.ts';

function adjustment(adjustmentId: string, amount: number) {
  const time = '2026-11-01T00:00:00Z';
  return adjustmentPosted({ merchantId: 'mer_001', adjustmentId, amount, currency: 'EUR', reason: 'correction', time });
}

test('an adjustment moves the balance by its signed amount, once', () => {
  const { balances, anomalies } = foldEvents(adjustment('ad_1', 300), adjustment('ad_2', -100));
  expect(balances).toMatchObject([{ availableMinor: 200n, adjustmentsMinor: 200n, offset: 1n }]);
  expect(anomalies).toEqual([]);
});

test('a balance that goes below zero is told when it does, not while it stays there', () => {
  const steps = [10, -30, -1, 50, -100];
  const { anomalies } = foldEvents(...steps.map((amount, index) => adjustment(`ad_${index}`, amount)));
  expect(anomalies.map((a) => [a.kind, a.offset, a.detail])).toEqual([
    ['negative_balance', 1n, { currency: 'EUR', availableMinor: -20n }],
    ['negative_balance', 4n, { currency: 'EUR', availableMinor: -71n }],
  ]);
});

test('whatever the traffic, every balance adds up and states money that exists', () => {
  fc.assert(
    fc.property(arbitraryEvents({ maxLength: 120 }), (events) => {
      for (const b of foldEvents(...events).balances) {
        const lifetime = b.grossMinor - b.feesMinor - b.refundsMinor - b.disputesMinor + b.adjustmentsMinor;
        expect(b.availableMinor).toBe(lifetime - b.inTransitMinor - b.reservedMinor - b.paidOutMinor);
        for (const figure of [b.inTransitMinor, b.reservedMinor, b.disputesMinor, b.paidOutMinor, b.grossMinor]) {
          expect(figure >= 0n).toBe(true);
        }
      }
    }),
  );
});
