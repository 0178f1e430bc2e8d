import type { RejectionCode } from '../parse/rejection.ts';

/** An instant in UTC, written with exactly six fraction digits and `Z`: `2026-11-22T06:00:00.000000Z`. */
export type Instant = string;

export type InstantResult =
  | { readonly ok: true; readonly instant: Instant; readonly unixMs: number }
  | { readonly ok: false; readonly code: RejectionCode; readonly message: string };

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;
const UNIX_MS_END = 253_402_300_800_000; // 10000-01-01T00:00:00Z; years have four digits.
const EXAMPLE = 'send RFC 3339, such as 2026-11-22T06:00:00.000000Z';

/**
 * Reads an RFC 3339 timestamp and writes it in its one canonical form. Lower-case `t` and `z`, and `-00:00`, are what
 * RFC 3339 allows. A leap second (`:60`) is refused: unix time has no number for it, so two instants would share one.
 */
export function parseInstant(text: string): InstantResult {
  const parts = INSTANT.exec(text);
  if (parts === null) return failure('time_invalid', `is not a timestamp; ${EXAMPLE}`);
  const [, year, month, day, hour, minute, second, fraction = '', zulu, sign, offsetHour, offsetMinute] = parts;
  if (fraction.length > 6) {
    return failure('time_too_precise', 'has more than six fraction digits; send microseconds at most');
  }
  if (zulu === undefined && sign === undefined) {
    return failure('time_zone_missing', 'has no zone; end it with Z or an offset such as +01:00');
  }
  if (second === '60') return failure('time_invalid', 'is a leap second; send the second before or after it');
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return failure('time_invalid', `has no such time of day; ${EXAMPLE}`);
  }
  const dayMs = utcDay(Number(year), Number(month), Number(day));
  if (dayMs === null) return failure('time_invalid', `has no such day in the calendar; ${EXAMPLE}`);
  const micros = fraction.length === 6 ? fraction : fraction.padEnd(6, '0');
  const localMs =
    dayMs + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + Number(micros.slice(0, 3));
  if (sign === undefined) {
    // The canonical form is the common one, and writes itself.
    const isCanonical = fraction.length === 6 && zulu === 'Z' && text[10] === 'T';
    return isCanonical && localMs >= 0 ? { ok: true, instant: text, unixMs: localMs } : withinRange(localMs, micros);
  }
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) {
    return failure('time_invalid', 'has an offset beyond ±23:59');
  }
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return withinRange(sign === '+' ? localMs - offsetMs : localMs + offsetMs, micros);
}

/** The canonical form of a timestamp; throws a RangeError that says what is wrong. */
export function canonicalInstant(text: string): Instant {
  const result = parseInstant(text);
  if (!result.ok) throw new RangeError(`time ${result.message}`);
  return result.instant;
}

function withinRange(unixMs: number, micros: string): InstantResult {
  if (unixMs < 0 || unixMs >= UNIX_MS_END) {
    return failure('time_out_of_range', 'is before 1970 or after 9999 in UTC; check the year');
  }
  const seconds = new Date(unixMs).toISOString().slice(0, 19);
  return { ok: true, instant: `${seconds}.${micros}Z`, unixMs };
}

/** Unix milliseconds of a day's start, or null when the calendar has no such day. */
function utcDay(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  // Date.UTC reads years 0–99 as 1900–1999; those are out of range anyway, so they only have to stay below 1970.
  return year < 100 ? -1e13 : Date.UTC(year, month - 1, day);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function failure(code: RejectionCode, message: string): InstantResult {
  return { ok: false, code, message };
}
