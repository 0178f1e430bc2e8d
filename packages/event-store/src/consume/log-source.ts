/** Consumer groups on the log itself. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';
import type { OffsetRange, Source } from './source.ts';

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

async function readHeads(db: Kysely<LedgerTables>): Promise<ReadonlyMap<number, bigint>> {
  const rows = await db.selectFrom('ledger.partitions').select(['partition', 'next_offset']).execute();
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

/**
 * Served by events_pk, one index range scan a range. Offsets are dense, so the limit is a bound on the offset; a LIMIT
 * the planner would take for a reason to sort the whole backlog for every batch. The ORDER BY has to stay inside: it
 * keeps the planner from turning the ranges into a join, for which it reads the whole table. Planned at each read: a
 * plan made while the log was small would read the whole table when it is large.
 */
export async function readEvents(
  db: Kysely<LedgerTables>,
  ranges: readonly OffsetRange[],
  limitPerRange: number,
): Promise<LoggedEvent[]> {
  const partitions = ranges.map((range) => range.partition);
  const froms = ranges.map((range) => range.fromOffset);
  const tos = ranges.map((range) => range.toOffset);
  const { rows } = await sql<LoggedEvent>`/* not prepared */
    select e.partition, e."offset", e.idempotency_key as "idempotencyKey", e.type, e.version,
           e.merchant_id as "merchantId", e.subject, e.occurred_at as "occurredAt", e.recorded_at as "recordedAt",
           e.data
    from unnest(${partitions}::int2[], ${froms}::int8[], ${tos}::int8[]) as r(partition, from_offset, to_offset)
    cross join lateral (
      select * from ledger.events l
      where l.partition = r.partition and l."offset" >= r.from_offset
        and l."offset" < least(r.to_offset, r.from_offset + ${limitPerRange})
      order by l."offset"
    ) e`.execute(db);
  assertDense(rows, ranges, limitPerRange);
  return rows;
}

/** Offsets have no gaps. A missing row is a damaged log: reading on would skip it, and what it hides, for good. */
export function assertDense(
  events: readonly Coordinate[],
  ranges: readonly OffsetRange[],
  limitPerRange: number,
): void {
  const found = Map.groupBy(events, (event) => event.partition);
  for (const { partition, fromOffset, toOffset } of ranges) {
    const expected = Math.min(limitPerRange, Number(toOffset - fromOffset));
    const own = found.get(partition) ?? [];
    const missing = own.findIndex((event, i) => event.offset !== fromOffset + BigInt(i));
    if (own.length === expected && missing === -1) continue;
    const at = fromOffset + BigInt(missing === -1 ? own.length : missing);
    throw new Error(
      `the log has no event at ${partition}:${at}, below its head: it is damaged, and nothing is read on`,
    );
  }
}
