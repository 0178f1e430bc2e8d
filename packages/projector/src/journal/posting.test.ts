import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents } from '../../test/arbitrary-events.ts';
import { foldEvents } from '../../test/fold-events.ts';
import { postAdjustment, postCapture, postRefund } from './post.ts';
import { assertBalanced, postDifference, toPosting } from './posting.ts';

const EUR = { currency: 'EUR' };

test('a capture: the processor owes the gross, the merchant gets the net', () => {
  expect(postCapture({ ...EUR, amountMinor: 12_345n, feeMinor: 309n }).entries).toEqual([
    { ...EUR, account: 'processor_receivable', amountMinor: -12_345n },
    { ...EUR, account: 'merchant_payable', amountMinor: 12_036n },
    { ...EUR, account: 'fee_revenue', amountMinor: 309n },
  ]);
});

test('a refund: the merchant bears it, less the fee given back', () => {
  expect(postRefund({ ...EUR, amountMinor: 1_000n, feeRefundedMinor: 25n }).entries).toEqual([
    { ...EUR, account: 'processor_receivable', amountMinor: 1_000n },
    { ...EUR, account: 'merchant_payable', amountMinor: -975n },
    { ...EUR, account: 'fee_revenue', amountMinor: -25n },
  ]);
});

test('an adjustment: signed, positive in the merchant’s favour; zero posts nothing', () => {
  expect(postAdjustment({ ...EUR, amountMinor: -7n }).entries).toEqual([
    { ...EUR, account: 'merchant_payable', amountMinor: -7n },
    { ...EUR, account: 'adjustments', amountMinor: 7n },
  ]);
  expect(postAdjustment({ ...EUR, amountMinor: 0n }).entries).toEqual([]);
});

test('a posting that does not sum to zero in each currency is refused', () => {
  const lopsided = [
    { account: 'bank', currency: 'EUR', amountMinor: 5n },
    { account: 'merchant_payable', currency: 'USD', amountMinor: -5n },
  ] as const;
  expect(() => assertBalanced({ kind: 'payout', entries: lopsided })).toThrow('EUR sums to 5');
  expect(() => toPosting('payout', lopsided)).toThrow('does not balance');
  expect(() => postDifference('payout', lopsided, [])).toThrow('does not balance');
});

test('whatever the traffic, every posting sums to zero and no entry is zero', () => {
  fc.assert(
    fc.property(arbitraryEvents({ maxLength: 80 }), (events) => {
      for (const posting of foldEvents(...events).postings) {
        const sums = new Map<string, bigint>();
        for (const { currency, amountMinor } of posting.entries) {
          expect(amountMinor).not.toBe(0n);
          sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
        }
        expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
      }
    }),
  );
});
