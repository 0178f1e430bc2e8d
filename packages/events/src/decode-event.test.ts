import { expect, test } from 'vitest';
import { catalogue, decodeEvent, EVENT_TYPES, EventError } from './index.ts';
import { exampleEvents } from './testing.ts';

const decoded = exampleEvents().map(({ type, data }) => decodeEvent({ type, version: 1, data }));

test('every type decodes to its own domain event', () => {
  expect(decoded.map((event) => event.type)).toEqual(EVENT_TYPES);
  expect(decoded).toMatchSnapshot();
});

test('absent members are null, none or zero, and unknown members are left out', () => {
  const data = { merchantId: 'm', amount: 1, currency: 'EUR', fee: 0, more: 1 };
  expect(decodeEvent({ type: 'payment.captured', version: 1, data })).toEqual({
    type: 'payment.captured',
    version: 1,
    merchantId: 'm',
    amountMinor: 1n,
    feeMinor: 0n,
    currency: 'EUR',
    method: null,
    reference: null,
  });
  const refund = decodeEvent({ type: 'refund.succeeded', version: 1, data: { ...data, paymentId: 'p' } });
  expect(refund).toMatchObject({ feeRefundedMinor: 0n });
});

test('the largest amount is exact', () => {
  const data = { merchantId: 'm', amount: Number.MAX_SAFE_INTEGER, currency: 'EUR', fee: 1 };
  const event = decodeEvent({ type: 'payment.captured', version: 1, data });
  expect(event).toMatchObject({ amountMinor: 9_007_199_254_740_991n });
});

test('what the catalogue would not accept throws, with the field', () => {
  const decode = (type: string, version: number, data: unknown) => () => decodeEvent({ type, version, data });
  expect(decode('payment.captured', 1, { merchantId: 'm' })).toThrow(EventError);
  expect(decode('payment.captured', 1, { merchantId: 'm' })).toThrow('payment.captured: data.amount is missing');
  expect(decode('payment.captured', 2, {})).toThrow('version 2 of "payment.captured" is not in the catalogue');
  expect(decode('toString', 1, {})).toThrow(EventError);
  expect(decode('constructor', 1, {})).toThrow(EventError);
  expect(decode('payout.failed', 1, null)).toThrow(EventError);
});

test('ids that the log took while they could hold control characters are still read', () => {
  const data = { merchantId: 'm', amount: 1, currency: 'EUR', method: 'instant', destination: '••\t43' };
  const paymentIds = ['p\t1', 'p\t2'];
  const initiated = decodeEvent({ type: 'payout.initiated', version: 1, data: { ...data, paymentIds } });
  expect(initiated).toMatchObject({ merchantId: 'm', destination: '••\t43', paymentIds });
  const withoutAmount = { ...data, amount: undefined };
  expect(() => decodeEvent({ type: 'payout.initiated', version: 1, data: withoutAmount })).toThrow(EventError);
});

test('a type keeps every version it ever had, from 1 on', () => {
  for (const [type, versions] of Object.entries(catalogue)) {
    const numbers = Object.keys(versions).map(Number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    for (const entry of Object.values(versions)) expect(entry.type).toBe(type);
  }
});
