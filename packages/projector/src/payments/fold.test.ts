import { paymentCaptured, refundSucceeded } from '@northwind/events';
import { test } from 'vitest';
import { given } from '../../test/given.ts';

const merchantId = 'mer_001';
const paymentId = 'pay_1';
const captured = paymentCaptured({
  merchantId,
  paymentId,
  amount: 1_000,
  fee: 30,
  currency: 'EUR',
  method: 'card',
  reference: 'order 7',
  time: '2026-11-01T00:00:00Z',
});

function refund(refundId: string, amount: number, more: object = {}) {
  const event = { merchantId, refundId, paymentId, amount, currency: 'EUR', time: '2026-11-02T00:00:00Z', ...more };
  return refundSucceeded(event);
}

test('a capture: row, and a balance that adds up', () => {
  given()
    .when(captured)
    .then({
      payments: [
        {
          merchantId,
          paymentId,
          currency: 'EUR',
          amountMinor: 1_000n,
          feeMinor: 30n,
          method: 'card',
          reference: 'order 7',
          capturedAt: '2026-11-01T00:00:00.000000Z',
          refundedMinor: 0n,
          disputedMinor: 0n,
          partition: 0,
          offset: 0n,
        },
      ],
      balances: [{ availableMinor: 970n, grossMinor: 1_000n, feesMinor: 30n }],
      anomalies: [],
    });
});

test('the same payment captured under another time posts nothing and is an anomaly', () => {
  const again = { merchantId, paymentId, amount: 5, fee: 0, currency: 'USD', time: '2026-11-09T00:00:00Z' };
  given(captured)
    .when(paymentCaptured(again))
    .then({
      payments: [],
      balances: [],
      journal: [],
      statements: [],
      anomalies: [{ kind: 'business_duplicate', offset: 1n, subject: paymentId, merchantId }],
    });
});

test('a refund gives the merchant back what the event says of the fee', () => {
  given(captured)
    .when(refund('re_1', 400, { feeRefunded: 12 }))
    .then({
      payments: [{ refundedMinor: 400n, offset: 1n }],
      balances: [{ availableMinor: 582n, feesMinor: 18n, refundsMinor: 400n }],
      refunds: [{ refundId: 're_1', amountMinor: 400n, feeRefundedMinor: 12n }],
    });
});

test('a refund told twice counts once', () => {
  given(captured, refund('re_1', 400))
    .when(refund('re_1', 400, { time: '2026-11-03T00:00:00Z' }))
    .then({ payments: [], refunds: [], balances: [], anomalies: [{ kind: 'business_duplicate', offset: 2n }] });
});

test('a refund before its capture is posted, told as unknown, and filled in later', () => {
  given()
    .when(refund('re_1', 400))
    .then({
      payments: [{ amountMinor: null, capturedAt: null, refundedMinor: 400n }],
      anomalies: [{ kind: 'negative_balance' }, { kind: 'unknown_payment' }],
    });
  given(refund('re_1', 400))
    .when(captured)
    .then({
      payments: [{ amountMinor: 1_000n, refundedMinor: 400n, method: 'card' }],
      balances: [{ availableMinor: 570n }],
      anomalies: [],
    });
});

test('more refunded than captured is an anomaly, whichever comes last', () => {
  const over = { kind: 'over_refund', detail: { paymentId, amountMinor: 1_000n, refundedMinor: 1_001n } };
  const negative = { kind: 'negative_balance' };
  given(captured, refund('re_1', 900))
    .when(refund('re_2', 101))
    .then({ anomalies: [negative, over] });
  given(refund('re_1', 1_001))
    .when(captured)
    .then({ anomalies: [over] });
  given(captured)
    .when(refund('re_1', 1_000))
    .then({ anomalies: [negative] });
});

test('a refund in another currency is posted in its own and told', () => {
  given(captured)
    .when(refund('re_1', 5, { currency: 'USD' }))
    .then({
      balances: [{ currency: 'USD', availableMinor: -5n }],
      anomalies: [{ kind: 'currency_mismatch' }, { kind: 'negative_balance' }],
    });
});
