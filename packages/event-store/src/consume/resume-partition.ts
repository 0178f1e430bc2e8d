/**
 * Lets a stopped partition of a group go on, at the very event that stopped it: nothing is skipped. To be done when the
 * cause is mended (a newer release knows the event, a grant is back). Who did it is recorded.
 */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface ResumeOrder {
  readonly group: string;
  readonly partition: number;
  /** Who says so, for the record. */
  readonly actor: string;
}

export interface ResumedPartition {
  /** Where it goes on. */
  readonly nextOffset: bigint;
  readonly stoppedReason: string;
}

/** Null when that partition of that group is not stopped. Running consumers take it up by themselves. */
export async function resumePartition(db: Kysely<LedgerTables>, order: ResumeOrder): Promise<ResumedPartition | null> {
  const { group, partition, actor } = order;
  const { rows } = await sql<ResumedPartition>`
    with stopped as (
      select * from ledger.consumer_offsets
      where consumer_group = ${group} and partition = ${partition} and stopped_reason is not null
      for update
    ),
    resumed as (
      update ledger.consumer_offsets o set stopped_reason = null, stopped_at = null
      from stopped s where o.consumer_group = s.consumer_group and o.partition = s.partition
    )
    insert into ledger.consumer_actions (action, consumer_group, partition, next_offset, stopped_reason, actor)
    select 'resumed', consumer_group, partition, next_offset, stopped_reason, ${actor} from stopped
    returning next_offset as "nextOffset", stopped_reason as "stoppedReason"`.execute(db);
  return rows[0] ?? null;
}
