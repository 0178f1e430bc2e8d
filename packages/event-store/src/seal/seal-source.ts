/**
 * What the sealer reads: of each event only what its leaf needs, and heads that move once in a while. Heads may be old,
 * so waiting with them is all it takes to have a block collect what comes meanwhile; a block an event would cost more
 * than the event.
 */
import type { Clock } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import { assertDense } from '../consume/log-source.ts';
import type { OffsetRange, Source } from '../consume/source.ts';
import type { LedgerTables } from '../tables.ts';
import type { LeafFields } from './hash-leaf.ts';

export interface SealSourceOptions {
  readonly clock: Clock;
  /** The least time between two blocks of a partition that is not behind. */
  readonly collectMs: number;
}

export function createSealSource({ clock, collectMs }: SealSourceOptions): Source<LeafFields, LedgerTables> {
  let heads: ReadonlyMap<number, bigint> = new Map();
  let dueMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'ledger.events, leaves',
    async heads(db) {
      if (clock.monotonicMs() >= dueMs) {
        const rows = await db.selectFrom('ledger.partitions').select(['partition', 'next_offset']).execute();
        heads = new Map(rows.map((row) => [row.partition, row.next_offset]));
        dueMs = clock.monotonicMs() + collectMs;
      }
      return heads;
    },
    read: readLeaves,
  };
}

/** Served by events_pk, one index range scan a range; written as that of log-source.ts, for the reasons given there. */
async function readLeaves(
  db: Kysely<LedgerTables>,
  ranges: readonly OffsetRange[],
  limitPerRange: number,
): Promise<LeafFields[]> {
  const { rows } = await sql<LeafFields>`/* not prepared */
    select e.partition, e."offset", e.idempotency_key as "idempotencyKey", e.fingerprint, e.version,
           e.recorded_at as "recordedAt", e.message_id as "messageId", e.trace
    from unnest(${ranges.map((range) => range.partition)}::int2[], ${ranges.map((range) => range.fromOffset)}::int8[],
                ${ranges.map((range) => range.toOffset)}::int8[]) as r(partition, from_offset, to_offset)
    cross join lateral (
      select * from ledger.events l
      where l.partition = r.partition and l."offset" >= r.from_offset
        and l."offset" < least(r.to_offset, r.from_offset + ${limitPerRange})
      order by l."offset"
    ) e`.execute(db);
  assertDense(rows, ranges, limitPerRange);
  return rows;
}
