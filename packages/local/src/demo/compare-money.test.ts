import { expect, test } from 'vitest';
import type { OracleBalance, OraclePayout } from '../simulation/oracle.ts';
import { compareBalances, comparePayouts } from './compare-money.ts';

const balance: OracleBalance = {
  merchantId: 'mer_001',
  currency: 'EUR',
  availableMinor: 9_007_199_254_740_993n,
  inTransitMinor: 2n,
  reservedMinor: 3n,
  grossMinor: 4n,
  feesMinor: 5n,
  refundsMinor: 6n,
  disputesMinor: 7n,
  adjustmentsMinor: 8n,
  paidOutMinor: 9n,
};
const shown = (over: Partial<OracleBalance>) => new Map([['mer_001 EUR', { ...balance, ...over }]]);

test('equal balances have no difference', () => {
  expect(compareBalances('balances', [balance], shown({}))).toEqual([]);
});

test.each(Object.keys(balance).filter((key) => key.endsWith('Minor')))('one minor unit in %s is found', (figure) => {
  const off = shown({ [figure]: balance[figure as 'feesMinor'] + 1n });
  expect(compareBalances('balances', [balance], off)).toEqual([
    expect.stringMatching(`balances: mer_001 EUR ${figure} is \\d+ and should be \\d+`),
  ]);
});

test('a balance that is missing, or too many, is found', () => {
  expect(compareBalances('balances', [balance], new Map())).toHaveLength(9);
  expect(compareBalances('balances', [], shown({}))).toEqual(['balances: there should be no balance mer_001 EUR']);
});

const payout: OraclePayout = {
  merchantId: 'mer_001',
  payoutId: 'po_1',
  status: 'settled',
  amountMinor: 100n,
  currency: 'EUR',
};

test('payouts differ by status, amount, owner, or by being there', () => {
  expect(comparePayouts([payout], [payout])).toEqual([]);
  expect(comparePayouts([payout], [{ ...payout, status: 'submitted' }])).toEqual([
    'payouts: po_1 status is submitted and should be settled',
  ]);
  expect(comparePayouts([payout], [{ ...payout, amountMinor: 101n, merchantId: 'mer_002' }])).toHaveLength(2);
  expect(comparePayouts([payout], [])).toEqual(['payouts: po_1 is missing; it should be settled']);
  expect(comparePayouts([], [payout])).toEqual(['payouts: there should be no payout po_1']);
});
