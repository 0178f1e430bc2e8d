/**
 * Expiry is set and judged by the database's clock: one node issues a ticket and another accepts it, and thirty seconds
 * leave no room for two machines' clocks to differ.
 */
import type { Instant } from '@northwind/events';
import { type RawBuilder, sql } from 'kysely';

export const databaseNow: RawBuilder<Instant> = sql<Instant>`clock_timestamp()`;

export function fromNow(ms: number): RawBuilder<Instant> {
  return sql<Instant>`clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`;
}
