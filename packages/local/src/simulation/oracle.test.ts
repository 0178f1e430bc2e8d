import { expect, test } from 'vitest';
import type { Intent, PaymentIntent, PayoutIntent } from './intent.ts';
import { createOracle } from './oracle.ts';

const payment = (over: Partial<PaymentIntent>): PaymentIntent => ({
  kind: 'payment',
  paymentId: 'pay_1',
  merchantId: 'mer_001',
  currency: 'EUR',
  amountMinor: 10_000n,
  feeMinor: 250n,
  method: 'card',
  refunds: [],
  dispute: null,
  ...over,
});
const payout = (amountMinor: bigint, outcome: PayoutIntent['outcome']): PayoutIntent => ({
  kind: 'payout',
  payoutId: `po_${outcome}`,
  merchantId: 'mer_001',
  currency: 'EUR',
  amountMinor,
  method: 'instant',
  destination: 'DE•• 1234',
  railReference: 'RAIL1',
  outcome,
  reasonCode: 'AC04',
  reason: 'The account is closed',
});
const refund = (amountMinor: bigint, feeRefundedMinor: bigint) => ({ refundId: 're_1', amountMinor, feeRefundedMinor });
const dispute = (outcome: 'open' | 'won' | 'lost') => ({
  disputeId: 'dp_1',
  amountMinor: 10_000n,
  reason: 'x',
  outcome,
});
const adjustment = (amountMinor: bigint): Intent => ({
  kind: 'adjustment',
  adjustmentId: 'adj_1',
  merchantId: 'mer_001',
  currency: 'EUR',
  amountMinor,
  reason: 'Goodwill',
});

// Worked out by hand; what isn't named is zero.
const cases: readonly [string, readonly Intent[], Record<string, bigint>][] = [
  ['a payment', [payment({})], { grossMinor: 10_000n, feesMinor: 250n, availableMinor: 9_750n }],
  [
    'a refund in full with its fee',
    [payment({ refunds: [refund(10_000n, 250n)] })],
    { grossMinor: 10_000n, feesMinor: 0n, refundsMinor: 10_000n, availableMinor: 0n },
  ],
  [
    'a refund of a part keeps the fee',
    [payment({ refunds: [refund(4_000n, 0n)] })],
    { grossMinor: 10_000n, feesMinor: 250n, refundsMinor: 4_000n, availableMinor: 5_750n },
  ],
  [
    'an open dispute is reserved',
    [payment({ dispute: dispute('open') })],
    { grossMinor: 10_000n, feesMinor: 250n, reservedMinor: 10_000n, availableMinor: -250n },
  ],
  [
    'a lost dispute is gone',
    [payment({ dispute: dispute('lost') })],
    { grossMinor: 10_000n, feesMinor: 250n, disputesMinor: 10_000n, availableMinor: -250n },
  ],
  [
    'a won dispute leaves no trace',
    [payment({ dispute: dispute('won') })],
    { grossMinor: 10_000n, feesMinor: 250n, availableMinor: 9_750n },
  ],
  ['a negative adjustment', [adjustment(-30n)], { adjustmentsMinor: -30n, availableMinor: -30n }],
  [
    'payouts under way',
    [payment({}), payout(1_000n, 'initiated'), payout(2_000n, 'submitted')],
    { grossMinor: 10_000n, feesMinor: 250n, inTransitMinor: 3_000n, availableMinor: 6_750n },
  ],
  [
    'payouts that ended',
    [payment({}), payout(1_000n, 'settled'), payout(2_000n, 'failed'), payout(4_000n, 'returned')],
    { grossMinor: 10_000n, feesMinor: 250n, paidOutMinor: 1_000n, availableMinor: 8_750n },
  ],
];

test.each(cases)('%s', (_, intents, expected) => {
  const oracle = createOracle();
  for (const intent of intents) oracle.learn(intent);
  const [balance, ...others] = oracle.balances();
  const figures = Object.entries(balance ?? {}).filter(([, value]) => typeof value === 'bigint' && value !== 0n);
  const wanted = Object.entries(expected).filter(([, value]) => value !== 0n);
  expect(Object.fromEntries(figures)).toEqual(Object.fromEntries(wanted));
  expect(others).toEqual([]);
});

test('currencies and merchants are kept apart', () => {
  const oracle = createOracle();
  oracle.learn(payment({}));
  oracle.learn(payment({ currency: 'JPY', amountMinor: 700n, feeMinor: 0n }));
  oracle.learn(payment({ merchantId: 'mer_002' }));
  expect(oracle.available('mer_001', 'EUR')).toBe(9_750n);
  expect(oracle.available('mer_001', 'JPY')).toBe(700n);
  expect(oracle.available('mer_002', 'EUR')).toBe(9_750n);
  expect(oracle.available('mer_003', 'EUR')).toBe(0n);
});
