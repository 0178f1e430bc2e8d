import { expect, test } from 'vitest';
import { isTransientDatabaseError } from './transient-database-error.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each(['08006', '53300', '57P01', '57P03', '40001', '40P01', '55P03', 'ECONNREFUSED', 'ECONNRESET'])(
  '%s may succeed later',
  (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(true);
    expect(isTransientDatabaseError(new Error('wrapped', { cause: withCode(code) }))).toBe(true);
    expect(isTransientDatabaseError(new AggregateError([withCode(code)]))).toBe(true);
  },
);

test.each(['23505', '42P01', '22P02', '28P01', '3D000', '42501', 'P0001', 'XX000', 'ENOENT'])(
  '%s would only be repeated',
  (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(false);
  },
);

test('the driver’s own errors have no code', () => {
  expect(isTransientDatabaseError(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isTransientDatabaseError(new Error('timeout exceeded when trying to connect'))).toBe(true);
});

test('a broken rule stays one, whatever its message says', () => {
  expect(isTransientDatabaseError(Object.assign(new Error('Connection terminated'), { code: '23514' }))).toBe(false);
});

test.each([undefined, null, 'ECONNRESET', 7])('%s is not an error of the database', (value) => {
  expect(isTransientDatabaseError(value)).toBe(false);
});
