import { paymentCaptured, refundSucceeded } from '@northwind/events';
import { test } from 'vitest';
import { payments } from '../../src/payments/fold.ts';
import { refunds } from '../../src/refunds/fold.ts';
import { specOf } from '../../test/given.ts';
import { feeRevenueByDay } from './fold.ts';

const given = specOf([refunds, payments, feeRevenueByDay]);
const payment = { merchantId: 'mer_001', paymentId: 'pay_1', currency: 'EUR' };
const captured = paymentCaptured({ ...payment, amount: 10_000, fee: 290, time: '2026-11-01T23:59:59Z' });
const refunded = refundSucceeded({
  ...payment,
  refundId: 're_1',
  amount: 4_000,
  feeRefunded: 100,
  time: '2026-11-02T00:00:00Z',
});

test('a capture earns its fee on its day', () => {
  given()
    .when(captured)
    .then({ fee_revenue_by_day: [{ day: '2026-11-01', earnedMinor: 290n, givenBackMinor: 0n, netMinor: 290n }] });
});

test('a refund gives back on its own day, and leaves the day of the capture alone', () => {
  given(captured)
    .when(refunded)
    .then({ fee_revenue_by_day: [{ day: '2026-11-02', earnedMinor: 0n, givenBackMinor: 100n, netMinor: -100n }] });
});

test('a payment told again posts nothing, so it earns nothing', () => {
  const again = paymentCaptured({ ...payment, amount: 10_000, fee: 290, time: '2026-11-05T00:00:00Z' });
  given(captured).when(again).then({ fee_revenue_by_day: [] });
});

test('the order of arrival makes no difference', () => {
  const days = [
    { day: '2026-11-01', netMinor: 290n },
    { day: '2026-11-02', netMinor: -100n },
  ];
  given().when(captured, refunded).then({ fee_revenue_by_day: days });
  given().when(refunded, captured).then({ fee_revenue_by_day: days });
});
