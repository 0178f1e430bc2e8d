import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

test('the longest wait doubles from base up to cap', () => {
  const longest = backoff({ baseMs: 100, capMs: 1_000, random: () => 1 });
  expect([1, 2, 3, 4, 5, 60, 5_000].map(longest)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

test('the wait is anywhere below', () => {
  expect(backoff({ baseMs: 100, capMs: 1_000, random: () => 0 })(3)).toBe(0);
  expect(backoff({ baseMs: 100, capMs: 1_000, random: () => 0.5 })(3)).toBe(200);
});
