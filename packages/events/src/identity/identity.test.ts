import { createHash } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { murmur2, partitionOf } from './choose-partition.ts';
import { idempotencyKey } from './derive-key.ts';
import { canonicalJson, fingerprint } from './fingerprint-event.ts';
import { hashText } from './hash-text.ts';

// Properties run many cases; a busy machine may take its time over them.
vi.setConfig({ testTimeout: 60_000 });

// Pinned values were computed by an implementation that shares no code with this one.
describe('idempotency key', () => {
  test.each([
    ['payment.captured', 'pay_0001', '2026-11-22T06:00:00.000000Z', '01a201d7-0b00-89b7-b4ae-383545f4e3cd'],
    ['payment.captured', 'pay_0001', '2026-11-22T07:00:00+01:00', '01a201d7-0b00-89b7-b4ae-383545f4e3cd'],
    ['payment.captured', 'pay_0001', '2026-11-22T06:00:00Z', '01a201d7-0b00-89b7-b4ae-383545f4e3cd'],
    ['payment.captured', 'pay_0001', '2026-11-22T06:00:00.000Z', '01a201d7-0b00-89b7-b4ae-383545f4e3cd'],
    ['payment.captured', 'pay_0001', '2026-11-22T06:00:00.000001Z', '01a201d7-0b00-899e-ac01-356a39888df4'],
    ['payout.settled', 'po_9f3', '2026-01-31T23:59:59.999999Z', '019c167f-cbff-8aa8-99e0-206470bb9af4'],
    ['refund.succeeded', 're_Ünïcode-1', '2024-02-29T12:34:56.789012Z', '018df4dc-5495-8933-a30c-62841615a385'],
  ])('%s %s %s', (type, subject, time, key) => {
    expect(idempotencyKey(type, subject, time)).toBe(key);
  });

  test('is a UUIDv8 whose prefix is the millisecond', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 253_402_300_799_999 }), (subject, ms) => {
        const key = idempotencyKey('payout.failed', subject, new Date(ms).toISOString());
        expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(key.slice(0, 13).replace('-', ''), 16)).toBe(ms);
      }),
    );
  });

  test('says what is wrong with a time', () => {
    expect(() => idempotencyKey('a', 'b', '2026-11-22T06:00:00')).toThrow(/^time has no zone; end it with Z/);
  });
});

describe('fingerprint', () => {
  const data = { merchantId: 'mer_001', amount: 12_345, fee: 309, currency: 'EUR', method: 'card' };
  const payment = { type: 'payment.captured', subject: 'pay_0001', time: '2026-11-22T06:00:00.000000Z', data };

  test('of the pinned payment', () => {
    const pinned = 'c2404865bfadda9081744c33dfa99ba02f18ace0a73b66387a97ddf0cdd133cb';
    expect(bytesToHex(fingerprint(payment))).toBe(pinned);
    expect(bytesToHex(fingerprint({ ...payment, time: '2026-11-22T07:00:00+01:00' }))).toBe(pinned);
    const canonical =
      '{"data":{"amount":12345,"currency":"EUR","fee":309,"merchantId":"mer_001","method":"card"},' +
      '"subject":"pay_0001","time":"2026-11-22T06:00:00.000000Z","type":"payment.captured"}';
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(pinned);
  });

  test('changes with each of its four parts', () => {
    const all = [
      payment,
      { ...payment, type: 'payment.captured2' },
      { ...payment, subject: 'pay_0002' },
      { ...payment, time: '2026-11-22T06:00:00.000001Z' },
      { ...payment, data: { ...data, fee: 310 } },
    ].map((event) => bytesToHex(fingerprint(event)));
    expect(new Set(all).size).toBe(5);
  });

  test('covers any text and data exactly as RFC 8785 writes the whole object', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, fc.dictionary(text, fc.jsonValue()), (type, subject, extra) => {
        const event = { type, subject, time: payment.time, data: extra };
        const expected = createHash('sha256').update(canonicalJson(event)).digest('hex');
        expect(bytesToHex(fingerprint(event))).toBe(expected);
      }),
    );
  });
});

test('hashText is SHA-256 of UTF-8, at every length around its buffer', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer({ min: 0, max: 2_100 }).map((length) => 'x'.repeat(length)),
    fc.integer({ min: 1_000, max: 1_030 }).map((length) => `${'x'.repeat(length)}é`),
  );
  fc.assert(
    fc.property(text, (value) => {
      expect(bytesToHex(hashText(value))).toBe(createHash('sha256').update(value).digest('hex'));
    }),
  );
});

describe('partition', () => {
  test.each([
    ['mer_001', 4],
    ['mer_042', 6],
    ['mer_500', 15],
    ['foobar', 14],
  ])('%s of 16 is %i', (merchantId, partition) => {
    expect(partitionOf(merchantId, 16)).toBe(partition);
  });

  // The table of Kafka's own test, UtilsTest.testMurmur2.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s', (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash);
  });

  test('is that of the UTF-8 bytes and in range for any id and count', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
          fc.string({ unit: 'binary' }),
        ),
        fc.integer({ min: 1, max: 32_767 }),
        (merchantId, count) => {
          const partition = partitionOf(merchantId, count);
          expect(Number.isInteger(partition) && partition >= 0 && partition < count).toBe(true);
          expect(partition).toBe((murmur2(new TextEncoder().encode(merchantId)) & 0x7fffffff) % count);
        },
      ),
    );
    for (const count of [0, -1, 1.5, Number.NaN]) expect(() => partitionOf('m', count)).toThrow(RangeError);
  });

  test('spreads merchants evenly enough', () => {
    const counts = new Array<number>(16).fill(0);
    for (let merchant = 0; merchant < 16_000; merchant += 1) {
      const partition = partitionOf(`mer_${merchant}`, 16);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });
});
