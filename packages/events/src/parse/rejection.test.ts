import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldPath, quote, REJECTION_CODES } from './rejection.ts';

test('the README lists exactly the rejection codes, in their order', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const documented = [...readme.matchAll(/^\| `([a-z_]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(documented).toEqual(Object.entries(REJECTION_CODES));
});

test.each([
  [[], 'body'],
  [['data', 'amount'], 'data.amount'],
  [['data', 'paymentIds', 3], 'data.paymentIds[3]'],
  [['data', 'a b', 'c'], 'data["a b"].c'],
  [['data', 'a.b'], 'data["a.b"]'],
  [['data', ''], 'data[""]'],
  [[0, 'x'], '[0].x'],
  [['\0', '\ud800'], '["\\u0000"]["\\ud800"]'],
])('the path %j is the field %s', (path, field) => {
  expect(fieldPath(path)).toBe(field);
});

test('fields and quotes are short and storable', () => {
  expect(fieldPath(Array.from({ length: 32 }, () => 'k'.repeat(60))).length).toBeLessThan(330);
  expect(fieldPath(['𝒙'.repeat(10_000)]).isWellFormed()).toBe(true);
  expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(40)}…"`);
  expect(quote(`${'x'.repeat(39)}𝒙`).isWellFormed()).toBe(true);
  expect([quote(null), quote(1.5), quote(false), quote([]), quote({})]).toEqual([
    'null',
    '1.5',
    'false',
    'a list',
    'an object',
  ]);
});
