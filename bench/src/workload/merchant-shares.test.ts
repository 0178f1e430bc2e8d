import { expect, test } from 'vitest';
import { hotShares, type MerchantShares, skewedShares, uniformShares } from './merchant-shares.ts';

const sharesOf = ({ bounds }: MerchantShares) => [...bounds, 1].map((end, k) => end - (bounds[k - 1] ?? 0));

test('one merchant has the share it is told, the others the same each', () => {
  const [hot = 0, ...others] = sharesOf(hotShares(8, 0.3));
  expect(hot).toBeCloseTo(0.3);
  expect(others).toHaveLength(7);
  for (const share of others) expect(share).toBeCloseTo(0.1);
});

test('uniform is the same for all', () => {
  const shares = sharesOf(uniformShares(500));
  expect(shares).toHaveLength(500);
  for (const share of shares) expect(share).toBeCloseTo(1 / 500);
});

test('skewed is in proportion to 1/k', () => {
  const [first = 0, second = 0] = sharesOf(skewedShares(500));
  expect(first / second).toBeCloseTo(2);
});

test('a merchant has its name and the partition of its events', () => {
  const { merchants, partitions } = uniformShares(3);
  expect(merchants).toEqual(['mer_0001', 'mer_0002', 'mer_0003']);
  expect(partitions).toHaveLength(3);
});
