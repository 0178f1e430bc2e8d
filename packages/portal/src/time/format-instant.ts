import { PAGE_LOCALE } from '../platform/page-locale.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** Milliseconds of an instant with six fraction digits; a bare day counts to its last millisecond, local time. */
export function instantMs(instant: string): number {
  if (isDay(instant)) return Date.parse(`${instant}T23:59:59.999`);
  return Date.parse(instant.replace(/(\.\d{3})\d+/, '$1'));
}

const time = new Intl.DateTimeFormat(PAGE_LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const timeWithSeconds = new Intl.DateTimeFormat(PAGE_LOCALE, { timeStyle: 'medium', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(PAGE_LOCALE, { weekday: 'short', day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(PAGE_LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });

export const formatTime = (atMs: number): string => time.format(atMs);

export const formatTimeExactly = (atMs: number): string => timeWithSeconds.format(atMs);

const localDay = (atMs: number): number => new Date(atMs).setHours(0, 0, 0, 0);

export function formatDay(atMs: number, nowMs: number): string {
  const days = Math.round((localDay(atMs) - localDay(nowMs)) / DAY_MS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Tomorrow';
  if (days === -1) return 'Yesterday';
  return Math.abs(days) < 180 ? day.format(atMs) : dayAndYear.format(atMs);
}

/** `Today 14:05`; a bare day has no time. */
export function formatInstant(instant: string, nowMs: number): string {
  const atMs = instantMs(instant);
  return isDay(instant) ? formatDay(atMs, nowMs) : `${formatDay(atMs, nowMs)} ${formatTime(atMs)}`;
}

/** `Tue 25 Nov, 14:05:09`, for a timeline where seconds matter. */
export function formatInstantExactly(instant: string, nowMs: number): string {
  const atMs = instantMs(instant);
  return `${formatDay(atMs, nowMs)} ${formatTimeExactly(atMs)}`;
}

/** A span in the largest fitting unit: `40 ms`, `2.4 s`, `3 min`, `5 h`, `2 days`. */
export function formatSpan(spanMs: number): string {
  if (spanMs < 1_000) return `${Math.max(0, Math.round(spanMs))} ms`;
  if (spanMs < 10_000) return `${(spanMs / 1_000).toFixed(1)} s`;
  if (spanMs < MINUTE_MS) return `${Math.round(spanMs / 1_000)} s`;
  if (spanMs < HOUR_MS) return `${Math.round(spanMs / MINUTE_MS)} min`;
  if (spanMs < DAY_MS) return `${Math.round(spanMs / HOUR_MS)} h`;
  const days = Math.round(spanMs / DAY_MS);
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}
