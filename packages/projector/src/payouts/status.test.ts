import { expect, test } from 'vitest';
import { type PayoutStatus, payoutStatus } from './status.ts';

// Every subset of the five facts, written out: i = initiated, s = submitted, S = settled, F = failed, R = returned.
const TABLE: readonly (readonly [string, PayoutStatus | null])[] = [
  ['', null],
  ['i', 'initiated'],
  ['s', 'submitted'],
  ['is', 'submitted'],
  ['S', 'settled'],
  ['iS', 'settled'],
  ['sS', 'settled'],
  ['isS', 'settled'],
  ['F', 'failed'],
  ['iF', 'failed'],
  ['sF', 'failed'],
  ['isF', 'failed'],
  ['SF', 'settled'],
  ['iSF', 'settled'],
  ['sSF', 'settled'],
  ['isSF', 'settled'],
  ['R', 'returned'],
  ['iR', 'returned'],
  ['sR', 'returned'],
  ['isR', 'returned'],
  ['SR', 'returned'],
  ['iSR', 'returned'],
  ['sSR', 'returned'],
  ['isSR', 'returned'],
  ['FR', 'returned'],
  ['iFR', 'returned'],
  ['sFR', 'returned'],
  ['isFR', 'returned'],
  ['SFR', 'returned'],
  ['iSFR', 'returned'],
  ['sSFR', 'returned'],
  ['isSFR', 'returned'],
];

const FACTS: Readonly<Record<string, PayoutStatus>> = {
  i: 'initiated',
  s: 'submitted',
  S: 'settled',
  F: 'failed',
  R: 'returned',
};

test('the table holds every subset once', () => {
  expect(new Set(TABLE.map(([letters]) => letters)).size).toBe(2 ** 5);
});

test.each(TABLE)('facts "%s" are status %s, in whatever order they are held', (letters, expected) => {
  const facts = [...letters].map((letter) => FACTS[letter] as PayoutStatus);
  expect(payoutStatus(new Set(facts))).toBe(expected);
  expect(payoutStatus(new Set(facts.toReversed()))).toBe(expected);
});
