/** How far each consumer group is behind the log, partition by partition. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface GroupLag {
  readonly group: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly headOffset: bigint;
  /** Events still to apply. */
  readonly lag: bigint;
  /** How long ago the oldest of them was appended; 0 when there is none. */
  readonly lagSeconds: number;
  readonly stoppedReason: string | null;
  /** Set while a person holds it back. */
  readonly pausedAt: Instant | null;
  readonly updatedAt: Instant;
}

/** Of one group, or of all, by group and partition. */
export async function readGroupLag(db: Kysely<LedgerTables>, group?: string): Promise<GroupLag[]> {
  const { rows } = await sql<GroupLag>`
    select consumer_group as "group", partition, next_offset as "nextOffset", head_offset as "headOffset", lag,
           lag_seconds as "lagSeconds", stopped_reason as "stoppedReason", paused_at as "pausedAt",
           updated_at as "updatedAt"
    from ledger.group_lag(${group ?? null}::text)`.execute(db);
  return rows;
}
