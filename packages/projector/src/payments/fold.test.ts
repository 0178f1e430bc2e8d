import { paymentCaptured, refundSucceeded } from '@northwind/events';
import { expect, test } from 'vitest';
import { foldEvents } from '../../test/fold-events.ts';

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
  const { payments, balances, anomalies } = foldEvents(captured);
  expect(payments).toEqual([
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
  ]);
  expect(balances).toMatchObject([{ availableMinor: 970n, grossMinor: 1_000n, feesMinor: 30n }]);
  expect(anomalies).toEqual([]);
});

test('the same payment captured under another time posts nothing and is an anomaly', () => {
  const again = paymentCaptured({
    merchantId,
    paymentId,
    amount: 5,
    fee: 0,
    currency: 'USD',
    time: '2026-11-09T00:00:00Z',
  });
  const twice = foldEvents(captured, again);
  expect({ ...twice, anomalies: [] }).toEqual({ ...foldEvents(captured), anomalies: [] });
  expect(twice.anomalies).toMatchObject([{ kind: 'business_duplicate', offset: 1n, subject: paymentId, merchantId }]);
});

test('a refund gives the merchant back what the event says of the fee', () => {
  const { payments, balances, refunds } = foldEvents(captured, refund('re_1', 400, { feeRefunded: 12 }));
  expect(payments).toMatchObject([{ refundedMinor: 400n, offset: 1n }]);
  expect(balances).toMatchObject([{ availableMinor: 582n, feesMinor: 18n, refundsMinor: 400n }]);
  expect(refunds).toMatchObject([{ refundId: 're_1', amountMinor: 400n, feeRefundedMinor: 12n }]);
});

test('a refund told twice counts once', () => {
  const twice = foldEvents(captured, refund('re_1', 400), refund('re_1', 400, { time: '2026-11-03T00:00:00Z' }));
  expect(twice.payments).toMatchObject([{ refundedMinor: 400n }]);
  expect(twice.anomalies.map((a) => [a.kind, a.offset])).toEqual([['business_duplicate', 2n]]);
});

test('a refund before its capture is posted, told as unknown, and filled in later', () => {
  const before = foldEvents(refund('re_1', 400));
  expect(before.payments).toMatchObject([{ amountMinor: null, capturedAt: null, refundedMinor: 400n }]);
  expect(before.anomalies.map((a) => a.kind)).toEqual(['unknown_payment', 'negative_balance']);
  const { payments, balances } = foldEvents(refund('re_1', 400), captured);
  expect(payments).toMatchObject([{ amountMinor: 1_000n, refundedMinor: 400n, method: 'card' }]);
  expect(balances).toMatchObject([{ availableMinor: 570n }]);
});

test('more refunded than captured is an anomaly, whichever comes last', () => {
  const kinds = (rows: ReturnType<typeof foldEvents>) =>
    rows.anomalies.filter((a) => a.kind === 'over_refund').map((a) => a.offset);
  expect(kinds(foldEvents(captured, refund('re_1', 900), refund('re_2', 101)))).toEqual([2n]);
  expect(kinds(foldEvents(refund('re_1', 1_001), captured))).toEqual([1n]);
  expect(kinds(foldEvents(captured, refund('re_1', 1_000)))).toEqual([]);
});

test('a refund in another currency is posted in its own and told', () => {
  const { balances, anomalies } = foldEvents(captured, refund('re_1', 5, { currency: 'USD' }));
  expect(balances.map((b) => [b.currency, b.availableMinor])).toEqual([
    ['EUR', 970n],
    ['USD', -5n],
  ]);
  expect(anomalies.map((a) => a.kind)).toEqual(['currency_mismatch', 'negative_balance']);
});
