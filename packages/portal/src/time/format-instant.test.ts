import { describe, expect, it } from 'vitest';
import { formatDay, formatInstant, formatSpan, instantMs } from './format-instant.ts';

const noon = new Date(2026, 10, 22, 12, 0, 0).getTime();
const hoursMs = (hours: number): number => hours * 3_600_000;

describe('instantMs', () => {
  it('reads six fraction digits', () => {
    expect(instantMs('2026-11-22T06:00:00.123456Z')).toBe(Date.UTC(2026, 10, 22, 6, 0, 0, 123));
  });
});

describe('formatDay', () => {
  it.each([
    [0, 'Today'],
    [13, 'Tomorrow'],
    [-13, 'Yesterday'],
  ])('%s hours from noon', (hours, text) => {
    expect(formatDay(noon + hoursMs(hours), noon)).toBe(text);
  });

  it('names the day when it is further away, with the year when far', () => {
    expect(formatDay(noon + hoursMs(72), noon)).toMatch(/Wed.*(25 Nov|Nov 25)/);
    expect(formatDay(noon - hoursMs(24 * 400), noon)).toMatch(/2025/);
  });
});

describe('formatInstant', () => {
  it('gives no time to a bare day', () => {
    expect(formatInstant('2026-11-22', noon)).toBe('Today');
  });
});

describe('formatSpan', () => {
  it.each([
    [-3, '0 ms'],
    [40, '40 ms'],
    [2_400, '2.4 s'],
    [42_000, '42 s'],
    [180_000, '3 min'],
    [hoursMs(5), '5 h'],
    [hoursMs(25), '1 day'],
    [hoursMs(49), '2 days'],
  ])('%s ms', (spanMs, text) => {
    expect(formatSpan(spanMs)).toBe(text);
  });
});
