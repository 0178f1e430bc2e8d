import { expect, test } from 'vitest';
import { parseRetryAfter } from './parse-retry-after.ts';

const NOW = Date.UTC(2026, 10, 22, 6, 0, 0);

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Sun, 22 Nov 2026 06:01:00 GMT', 60_000],
  ['Sun, 22 Nov 2026 05:00:00 GMT', 0],
  ['1.5', null],
  ['-5', null],
  ['soon', null],
  ['99999999999999999999', null],
  ['Sun, yesterday', null],
  ['', null],
])('%j is %j', (value, expected) => {
  expect(parseRetryAfter(value, NOW)).toBe(expected);
});

test('absent or repeated', () => {
  expect(parseRetryAfter(undefined, NOW)).toBeNull();
  expect(parseRetryAfter(['7', '9'], NOW)).toBe(7_000);
});
