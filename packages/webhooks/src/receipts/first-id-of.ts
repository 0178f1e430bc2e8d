import type { Instant } from '@northwind/events';

const ID_TIME_MAX = 2 ** 48 - 1;

/** No delivery of an event recorded in this millisecond or later has a smaller id, none of an earlier one a larger. */
export function firstIdOf(time: Instant): string {
  const ms = Math.min(Math.max(Math.floor(Date.parse(time)), 0), ID_TIME_MAX);
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
