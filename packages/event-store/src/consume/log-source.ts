/** Consumer groups on the log itself. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';
import { readLog } from './read-log.ts';
import type { OffsetRange, ReadItems, ReadLimit, Source } from './source.ts';

/** One event as it stands in the log. */
export interface LoggedEvent extends Coordinate {
  readonly idempotencyKey: string;
  readonly type: string;
  readonly version: number;
  readonly merchantId: string;
  readonly subject: string;
  /** When it happened, by the producer's clock. */
  readonly occurredAt: Instant;
  /** When it was appended, by the database's clock. */
  readonly recordedAt: Instant;
  /** The event's data as on the wire. */
  readonly data: unknown;
}

export const logSource: Source<LoggedEvent, LedgerTables> = {
  name: 'ledger.events',
  heads: readHeads,
  read: readEvents,
};

export async function readHeads(db: Kysely<LedgerTables>): Promise<ReadonlyMap<number, bigint>> {
  const rows = await db.selectFrom('ledger.partitions').select(['partition', 'next_offset']).execute();
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

/** The data of the row `l` is small, and stored as it is. */
export const DATA_IS_SMALL = sql`(pg_column_size(l.data) <= 1024 and pg_column_compression(l.data) is null)`;

/**
 * What text the data of the row `l` has, hence what it takes to read it. Most rows are small and stored as they are; a
 * look at their size costs nothing. Only of the others the text is made: what is compressed may be a hundred times as
 * large, and what is large may hold numbers like 1e308, which jsonb writes with all their digits.
 */
export const DATA_BYTES = sql`case when ${DATA_IS_SMALL} then pg_column_size(l.data)
    else octet_length(l.data::text) end`;

const COLUMNS = sql`e.idempotency_key as "idempotencyKey", e.type, e.version, e.merchant_id as "merchantId", e.subject,
    e.occurred_at as "occurredAt", e.recorded_at as "recordedAt", e.data`;

/** Nothing is read past a missing row: the log is damaged then. Throws when it is the first of a range. */
export function readEvents(
  db: Kysely<LedgerTables>,
  ranges: readonly OffsetRange[],
  limit: ReadLimit,
): Promise<ReadItems<LoggedEvent>> {
  return readLog(db, { columns: COLUMNS, bytes: DATA_BYTES }, ranges, limit);
}
