import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { BODY_BYTES_MAX, EVENT_TYPES, parseEvent, type SettlementEvent, toJson } from '../index.ts';
import { badBodies, EXAMPLE_TIME, exampleEvents } from '../testing.ts';
import { REJECTION_CODES } from './rejection.ts';

const options = { receivedAtMs: Date.parse(EXAMPLE_TIME) };

function accepted(body: string, receivedAtMs = options.receivedAtMs): SettlementEvent {
  const result = parseEvent(body, { receivedAtMs });
  if (!result.ok) throw new Error(result.rejection.message);
  return result.event;
}

function payment(change: object = {}, data: object = {}): string {
  const [event] = exampleEvents();
  return JSON.stringify({ ...event, ...change, data: { ...event?.data, ...data } });
}

describe('good input', () => {
  test('the pinned payment becomes the pinned event', () => {
    const event = accepted(payment());
    expect(event).toMatchObject({
      type: 'payment.captured',
      version: 1,
      subject: 'pay_0001',
      merchantId: 'mer_001',
      occurredAt: '2026-11-22T06:00:00.000000Z',
      idempotencyKey: '01a201d7-0b00-89b7-b4ae-383545f4e3cd',
      money: { amountMinor: 12_345n, currency: 'EUR' },
      traceparent: null,
    });
    expect(bytesToHex(event.fingerprint)).toBe('c2404865bfadda9081744c33dfa99ba02f18ace0a73b66387a97ddf0cdd133cb');
  });

  test('one example of every type is accepted, and only those that carry money have money', () => {
    const events = exampleEvents().map((event) => accepted(toJson(event)));
    expect(events.map((event) => event.type)).toEqual(EVENT_TYPES);
    const moneyless = events.filter((event) => event.money === null).map((event) => event.type);
    expect(moneyless).toEqual(['payout.submitted', 'payout.failed', 'payout.returned']);
  });

  test.each([
    ['spaces and another order of members', JSON.stringify(JSON.parse(payment()), null, 2)],
    ['the same instant in another zone', payment({ time: '2026-11-22T07:00:00+01:00' })],
    ['no optional attributes', payment({ dataschema: undefined, datacontenttype: undefined })],
    ['null for optional attributes', payment({ dataschema: null, datacontenttype: null, data_base64: null })],
    ['a charset', payment({ datacontenttype: 'application/json; charset=utf-8' })],
    ['another producer and message id', payment({ id: 'other', source: 'urn:x:y' })],
    ['extension attributes', payment({ partitionkey: 'mer_001', sampledrate: 3 })],
    ['amounts written as decimals', payment().replace('12345', '1.2345e4').replace('309', '309.000')],
  ])('%s: still the same event', (_name, body) => {
    const { traceparent: _, ...event } = accepted(body);
    expect(event).toEqual({ ...accepted(payment()), traceparent: undefined });
  });

  test('further members of data are kept and change the fingerprint', () => {
    const event = accepted(payment({}, { risk: { score: 0.25, flags: [] }, method: undefined }));
    expect(event.data).toMatchObject({ risk: { score: 0.25, flags: [] } });
    expect(event.canonicalData).toContain('"risk":{"flags":[],"score":0.25}');
    expect(event.fingerprint).not.toEqual(accepted(payment()).fingerprint);
  });

  test('a further member called amount is not taken for money where the type carries none', () => {
    const [submitted] = exampleEvents().filter((event) => event.type === 'payout.submitted');
    const body = JSON.stringify({ ...submitted, data: { ...submitted?.data, amount: 'much', currency: [] } });
    expect(accepted(body).money).toBeNull();
  });

  test('bounds of amounts and texts are inside', () => {
    accepted(payment({ subject: '𝒙'.repeat(128) }, { amount: Number.MAX_SAFE_INTEGER, fee: Number.MAX_SAFE_INTEGER }));
    accepted(payment({ subject: 'p' }, { amount: 1, fee: 0 }));
    const [adjustment] = exampleEvents().filter((event) => event.type === 'adjustment.posted');
    for (const amount of [0, -1, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]) {
      const event = accepted(JSON.stringify({ ...adjustment, data: { ...adjustment?.data, amount } }));
      expect(event.money?.amountMinor).toBe(BigInt(amount));
    }
  });

  test('32 levels are not too deep', () => {
    accepted(payment({}, { deep: JSON.parse('['.repeat(30) + ']'.repeat(30)) }));
  });

  test('text beyond ASCII, escapes and colons in strings are only text', () => {
    const reference = 'Ünïcode 🙂 "quoted" \\ : {[ \\u0000 12.00000000000000001';
    expect(accepted(payment({}, { reference })).data.reference).toBe(reference);
  });

  test('a valid trace context is kept, another is ignored', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(accepted(payment({ traceparent })).traceparent).toBe(traceparent);
    expect(accepted(payment({ traceparent: traceparent.replaceAll('0af', 'xyz') })).traceparent).toBeNull();
    expect(accepted(payment({ traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` })).traceparent).toBeNull();
    expect(accepted(payment({ traceparent: 7 })).traceparent).toBeNull();
    expect(accepted(payment({ traceparent: `${traceparent}-more` })).traceparent).toBeNull();
    const later = `01${traceparent.slice(2)}-more`;
    expect(accepted(payment({ traceparent: later })).traceparent).toBe(later);
    expect(accepted(payment({ traceparent: `${later}${'x'.repeat(250_000)}` })).traceparent).toBeNull();
  });
});

describe('bad input', () => {
  const bodies = badBodies();

  test.each(bodies.map((bad) => [bad.name, bad] as const))('%s', (_name, { body, code, field }) => {
    const result = parseEvent(body, options);
    expect(result).toMatchObject({ ok: false, rejection: { code, field } });
    if (result.ok) return;
    // A message begins with its field, tells what to do after a semicolon, and can be stored whatever the body was.
    expect(result.rejection.message).toMatch(/^[^;]+; .*\b(send|call|end|check|or)\b/s);
    expect(result.rejection.message.startsWith(field)).toBe(true);
    expect(result.rejection.message.length).toBeLessThan(700);
    expect(`${result.rejection.field}${result.rejection.message}`.isWellFormed()).toBe(true);
    expect(result.rejection.message).not.toContain('\0');
  });

  test('every rejection code has a bad body', () => {
    expect(new Set(bodies.map((bad) => bad.code))).toEqual(new Set(Object.keys(REJECTION_CODES)));
  });

  test('refundable fees and disputed amounts have their rules', () => {
    const change = (type: string, data: object) => {
      const example = exampleEvents().find((event) => event.type === type);
      const result = parseEvent(JSON.stringify({ ...example, data: { ...example?.data, ...data } }), options);
      return result.ok ? 'ok' : `${result.rejection.field} ${result.rejection.code}`;
    };
    expect(change('refund.succeeded', { feeRefunded: 2_345 })).toBe('ok');
    expect(change('refund.succeeded', { feeRefunded: 2_346 })).toBe('data.feeRefunded amount_above_total');
    expect(change('refund.succeeded', { feeRefunded: -1 })).toBe('data.feeRefunded amount_negative');
    expect(change('refund.succeeded', { feeRefunded: undefined })).toBe('ok');
    expect(change('refund.succeeded', { amount: 0 })).toBe('data.amount amount_zero');
    expect(change('refund.succeeded', { paymentId: undefined })).toBe('data.paymentId missing');
    expect(change('dispute.opened', { amount: -1 })).toBe('data.amount amount_negative');
    expect(change('dispute.lost', { reason: undefined })).toBe('ok');
    expect(change('adjustment.posted', { reason: undefined })).toBe('data.reason missing');
    expect(change('adjustment.posted', { amount: -0.5 })).toBe('data.amount amount_fractional');
    expect(change('payout.initiated', { amount: 0 })).toBe('data.amount amount_zero');
    expect(change('payout.settled', { amount: -1 })).toBe('data.amount amount_negative');
    expect(change('payout.submitted', { expectedArrival: '2026-11-24' })).toBe('ok');
    expect(change('payout.submitted', { expectedArrival: '2026-02-30' })).toBe('data.expectedArrival time_invalid');
  });

  test('a day ahead of its receipt is the most an event may be', () => {
    const dayBefore = Date.parse(EXAMPLE_TIME) - 86_400_000;
    accepted(payment(), dayBefore);
    expect(parseEvent(payment(), { receivedAtMs: dayBefore - 1 })).toMatchObject({
      rejection: { code: 'time_in_future', field: 'time' },
    });
  });

  test('a fraction that a double would hide in an integer is refused', () => {
    for (const amount of ['12345.00000000000000001', '9007199254740991.4', '1e-400', '-0.00000000000000000001e-320']) {
      const body = payment().replace('12345', amount);
      expect(parseEvent(body, options)).toMatchObject({ rejection: { code: 'number_unsafe', field: 'data.amount' } });
    }
  });
});

test('the worst bodies of the largest size are answered in linear time', () => {
  const size = BODY_BYTES_MAX - 1_000;
  const fill = (unit: string, end = '') => unit.repeat(Math.floor(size / unit.length)) + end;
  const initiated = exampleEvents().find((event) => event.type === 'payout.initiated');
  const bodies = [
    payment().replace('{', `{"x":"${fill('\\\\')}",`),
    payment().replace('{', `{"x":"${fill('\\"')}",`),
    payment().replace('{', `{"x":[${fill('{},', '1')}],`),
    payment().replace('{', `{"x":[${fill('1.5,', '1')}],`),
    payment().replace('{', `{"x":[${fill('"a"  ,', '1')}],"x":1,`),
    payment().replace('{', `{"x":1.${fill('0')},`),
    payment({ source: fill('%') }),
    payment({ datacontenttype: `application/json${fill(' ')}x` }),
    JSON.stringify({ ...initiated, data: { ...initiated?.data, paymentIds: JSON.parse(`[${fill('1,', '1')}]`) } }),
    JSON.stringify({ ...initiated, data: { ...initiated?.data, paymentIds: JSON.parse(`[${fill('"",', '1')}]`) } }),
  ];
  for (const body of bodies) {
    const startedMs = performance.now();
    parseEvent(body, options);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  }
}, 120_000);
