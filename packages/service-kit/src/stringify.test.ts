import { expect, test } from 'vitest';
import { stringify } from './stringify.ts';

test('writes a bigint as an exact integer, at any depth', () => {
  expect(stringify({ amountMinor: 9_007_199_254_740_993n, list: [-1n, { deep: 2n ** 80n }] })).toBe(
    '{"amountMinor":9007199254740993,"list":[-1,{"deep":1208925819614629174706176}]}',
  );
});

test('is JSON.stringify otherwise', () => {
  const value = { text: 'é"\n', number: 1.5, nothing: null, left: undefined, date: new Date(0) };
  expect(stringify(value)).toBe(JSON.stringify(value));
  expect(stringify(undefined)).toBe('null');
});
