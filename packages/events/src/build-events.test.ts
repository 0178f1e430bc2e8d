import { expect, test } from 'vitest';
import { adjustmentPosted, EventError, parseEvent, paymentCaptured, toJson } from './index.ts';
import { EXAMPLE_TIME, exampleEvents } from './testing.ts';

const payment = {
  paymentId: 'pay_0001',
  merchantId: 'mer_001',
  time: '2026-11-22T07:00:00+01:00',
  amount: 12_345n,
  fee: 309,
  currency: 'EUR',
};

test('one line makes a CloudEvent with every attribute', () => {
  expect(paymentCaptured(payment)).toEqual({
    specversion: '1.0',
    id: '01a201d7-0b00-89b7-b4ae-383545f4e3cd',
    source: '/northwind/payments',
    type: 'payment.captured',
    subject: 'pay_0001',
    time: '2026-11-22T06:00:00.000000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:northwind:settlement:payment.captured:v1',
    data: { merchantId: 'mer_001', amount: 12_345, fee: 309, currency: 'EUR' },
  });
});

test('attributes can be chosen, undefined members are left out, additional members are kept', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const event = paymentCaptured({
    ...payment,
    id: 'm-1',
    source: '/shop',
    traceparent,
    method: undefined,
    additionalData: { channel: 'web' },
  });
  expect(event).toMatchObject({ id: 'm-1', source: '/shop', traceparent });
  expect(Object.keys(event.data).sort()).toEqual(['amount', 'channel', 'currency', 'fee', 'merchantId']);
});

test('every example is accepted as it is sent', () => {
  for (const event of exampleEvents()) {
    expect(parseEvent(toJson(event), { receivedAtMs: Date.parse(EXAMPLE_TIME) }).ok).toBe(true);
  }
});

test('what parseEvent would refuse throws before it is sent', () => {
  const build = (change: object) => () => paymentCaptured({ ...payment, ...change });
  expect(build({ fee: 12_346 })).toThrow(EventError);
  expect(build({ fee: 12_346 })).toThrow(/^payment.captured: data.fee is 12346; send at most the amount/);
  expect(build({ amount: 2n ** 53n })).toThrow(/data.amount/);
  expect(build({ amount: 2n ** 53n + 1n })).toThrow(/data.amount/);
  expect(build({ amount: 1.5 })).toThrow(/data.amount is 1.5; send an integer/);
  expect(build({ amount: Number.NaN })).toThrow(/data.amount is null/);
  expect(build({ paymentId: '' })).toThrow(/subject is empty/);
  expect(build({ paymentId: undefined })).toThrow(/subject is empty/);
  expect(build({ time: 'now' })).toThrow(/time "now" is not a timestamp/);
  expect(build({ source: 'a b' })).toThrow(/source/);
  expect(build({ reference: 'a\0b' })).toThrow(/data.reference holds the character U\+0000/);
  expect(() => adjustmentPosted({ ...payment, adjustmentId: 'a', amount: -1n, reason: '' })).toThrow(
    /data.reason is empty/,
  );
});
