import { expect, test } from 'vitest';
import { addTo, type BalanceEvent, type Balances } from './one-balance.ts';

const merchantId = 'mer_1';
const told: BalanceEvent[] = [
  { type: 'payment.captured', data: { merchantId, currency: 'EUR', amount: 10_000, fee: 290 } },
  { type: 'payment.captured', data: { merchantId, currency: 'USD', amount: 5_000, fee: 145 } },
  { type: 'refund.succeeded', data: { merchantId, currency: 'EUR', amount: 4_000, feeRefunded: 100 } },
  { type: 'adjustment.posted', data: { merchantId, currency: 'EUR', amount: -50 } },
  { type: 'payout.settled', data: { merchantId, currency: 'EUR', amount: 3_000 } },
];

test('a balance is what was captured, refunded and adjusted, by merchant and currency', () => {
  const balances: Balances = new Map();
  for (const event of told) addTo(balances, event);
  expect([...balances.values()]).toEqual([
    { merchant: 'mer_1', currency: 'EUR', gross: 10_000, fees: 190, refunds: 4_000, adjustments: -50 },
    { merchant: 'mer_1', currency: 'USD', gross: 5_000, fees: 145, refunds: 0, adjustments: 0 },
  ]);
});
