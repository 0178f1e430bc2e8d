import type { BalancesAsOf, PayoutAsOf, StatementsAsOf } from '@northwind/projector';
import { expect, test } from 'vitest';
import { VoidRun } from '../harness/benchmark.ts';
import { type Balances, NOTHING } from '../project/one-balance.ts';
import { expectSameBalances, expectSamePayout, expectSameStatements } from './replay.ts';

const at = { partition: 4, offset: 120n };
const place = { at, time: '2026-11-21T00:00:00.000000Z', merchantId: 'mer_1', payoutId: 'po_1' };

const balance = (currency: string, grossMinor: bigint) => ({ currency, grossMinor });
const answer = (...balances: object[]) =>
  ({
    asOf: at,
    balances: balances.map((b) => ({ feesMinor: 0n, refundsMinor: 0n, adjustmentsMinor: 0n, ...b })),
  }) as unknown as BalancesAsOf;
const replayed: Balances = new Map(
  [
    { merchant: 'mer_1', currency: 'USD', ...NOTHING, gross: 5 },
    { merchant: 'mer_1', currency: 'EUR', ...NOTHING, gross: 7 },
  ].map((row) => [row.currency, row]),
);

test('balances that the log comes to are as they should be, whatever the order of their currencies', () => {
  expectSameBalances(place, answer(balance('EUR', 7n), balance('USD', 5n)), replayed);
});

test.each([
  ['one minor unit more', answer(balance('EUR', 8n), balance('USD', 5n))],
  ['a currency less', answer(balance('EUR', 7n))],
])('%s voids the run and names the place', (_, wrong) => {
  expect(() => expectSameBalances(place, wrong, replayed)).toThrow(VoidRun);
  expect(() => expectSameBalances(place, wrong, replayed)).toThrow('mer_1 as of 4:120');
});

test('a payout that was not told by then has no status', () => {
  const none: PayoutAsOf = { asOf: at, payout: null };
  expectSamePayout(place, none, null);
  expect(() => expectSamePayout(place, none, 'settled')).toThrow(VoidRun);
});

test('a day of a statement is what the log comes to on it; days of payouts alone are left out', () => {
  const day = { currency: 'EUR', feesMinor: 0n, refundsMinor: 0n, adjustmentsMinor: 0n };
  const captured = { ...day, day: '2026-11-01', grossMinor: 7n };
  const paidOut = { ...day, day: '2026-11-02', grossMinor: 0n, payoutsMinor: 7n };
  const statements = { asOf: at, statements: [captured, paidOut] } as unknown as StatementsAsOf;
  const eur = { merchant: 'mer_1', currency: 'EUR', ...NOTHING, gross: 7 };
  const told = (dayOf: string) => new Map([[dayOf, new Map([['mer_1 EUR', eur]])]]);
  expectSameStatements(place, statements, told('2026-11-01'));
  expect(() => expectSameStatements(place, statements, told('2026-11-02'))).toThrow(VoidRun);
});
