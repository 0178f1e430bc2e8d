/** Days are those of the log's clock, in UTC, written `YYYY-MM-DD`. */
import type { Instant } from '@northwind/events';

const DAY_MS = 86_400_000;

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** From the first to the last, both included; none when the last is before the first. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The last moment of a day that a timestamp can tell. */
export function endOf(day: string): Instant {
  return `${day}T23:59:59.999999Z`;
}
