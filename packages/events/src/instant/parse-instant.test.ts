import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { canonicalInstant, parseInstant } from './parse-instant.ts';

// Properties run many cases; a busy machine may take its time over them.
vi.setConfig({ testTimeout: 60_000 });

describe('canonical form', () => {
  test.each([
    ['2026-11-22T06:00:00.000000Z', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22T06:00:00Z', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22T06:00:00.000Z', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22T06:00:00.1Z', '2026-11-22T06:00:00.100000Z'],
    ['2026-11-22T06:00:00.123456Z', '2026-11-22T06:00:00.123456Z'],
    ['2026-11-22T07:00:00+01:00', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22T07:00:00.000001+01:00', '2026-11-22T06:00:00.000001Z'],
    ['2026-11-21T18:15:00-11:45', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-23T05:59:00+23:59', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22t06:00:00z', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22t06:00:00.000000Z', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22T06:00:00.000000z', '2026-11-22T06:00:00.000000Z'],
    ['2026-11-22T06:00:00-00:00', '2026-11-22T06:00:00.000000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000000Z'],
    ['2024-02-29T12:34:56.789012Z', '2024-02-29T12:34:56.789012Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000Z'],
    ['2400-02-29T00:00:00Z', '2400-02-29T00:00:00.000000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
    ['1969-12-31T23:00:00-01:00', '1970-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ])('%s is %s', (text, instant) => {
    expect(canonicalInstant(text)).toBe(instant);
  });
});

describe('refused', () => {
  test.each([
    ['2026-11-22T06:00:00', 'time_zone_missing'],
    ['2026-11-22T06:00:00.123', 'time_zone_missing'],
    ['2026-11-22T06:00:00.1234567Z', 'time_too_precise'],
    ['2026-11-22T06:00:00.0000000Z', 'time_too_precise'],
    ['2016-12-31T23:59:60Z', 'time_invalid'],
    ['2026-11-22T06:00:61Z', 'time_invalid'],
    ['2026-11-22T24:00:00Z', 'time_invalid'],
    ['2026-11-22T06:60:00Z', 'time_invalid'],
    ['2026-11-22T06:00:00+24:00', 'time_invalid'],
    ['2026-11-22T06:00:00+01:60', 'time_invalid'],
    ['2026-11-22T06:00:00+01', 'time_invalid'],
    ['2026-11-22T06:00:00+0100', 'time_invalid'],
    ['2026-11-22T06:00:00.Z', 'time_invalid'],
    ['2026-11-22T06:00:00,5Z', 'time_invalid'],
    ['2026-11-22T06:00Z', 'time_invalid'],
    ['2026-11-22 06:00:00Z', 'time_invalid'],
    ['2026-11-22', 'time_invalid'],
    ['2026-13-01T00:00:00Z', 'time_invalid'],
    ['2026-00-10T00:00:00Z', 'time_invalid'],
    ['2026-04-31T00:00:00Z', 'time_invalid'],
    ['2026-02-29T00:00:00Z', 'time_invalid'],
    ['2100-02-29T00:00:00Z', 'time_invalid'],
    ['2026-11-00T00:00:00Z', 'time_invalid'],
    ['+12026-11-22T06:00:00Z', 'time_invalid'],
    ['26-11-22T06:00:00Z', 'time_invalid'],
    [' 2026-11-22T06:00:00Z', 'time_invalid'],
    ['2026-11-22T06:00:00Z\n', 'time_invalid'],
    ['٢٠٢٦-11-22T06:00:00Z', 'time_invalid'],
    ['', 'time_invalid'],
    ['1969-12-31T23:59:59.999999Z', 'time_out_of_range'],
    ['1970-01-01T00:00:00+00:01', 'time_out_of_range'],
    ['0000-01-01T00:00:00Z', 'time_out_of_range'],
    ['0099-12-31T00:00:00.000000Z', 'time_out_of_range'],
    ['9999-12-31T23:59:59-00:01', 'time_out_of_range'],
  ])('%j: %s', (text, code) => {
    expect(parseInstant(text)).toMatchObject({ ok: false, code });
    expect(() => canonicalInstant(text)).toThrow(RangeError);
  });
});

test('every millisecond and offset agrees with Date, and the canonical form is a fixed point', () => {
  const unixMs = fc.integer({ min: 86_400_000, max: 253_402_214_400_000 });
  fc.assert(
    fc.property(unixMs, fc.integer({ min: -1439, max: 1439 }), fc.nat(999), (ms, offset, micros) => {
      const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
      const minutes = Math.abs(offset);
      const two = (part: number) => String(part).padStart(2, '0');
      const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
      const fraction = String(micros).padStart(3, '0');
      const instant = `${new Date(ms).toISOString().slice(0, -1)}${fraction}Z`;
      expect(parseInstant(`${local}${fraction}${zone}`)).toEqual({ ok: true, instant, unixMs: ms });
      expect(canonicalInstant(instant)).toBe(instant);
    }),
  );
});
