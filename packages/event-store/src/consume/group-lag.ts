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
  readonly stoppedReason: string | null;
  readonly updatedAt: Instant;
}

/** Of one group, or of all. */
export async function readGroupLag(db: Kysely<LedgerTables>, group?: string): Promise<GroupLag[]> {
  const { rows } = await sql<GroupLag>`
    select o.consumer_group as "group", o.partition, o.next_offset as "nextOffset", p.next_offset as "headOffset",
           p.next_offset - o.next_offset as lag, o.stopped_reason as "stoppedReason", o.updated_at as "updatedAt"
    from ledger.consumer_offsets o join ledger.partitions p using (partition)
    where ${group ?? null}::text is null or o.consumer_group = ${group ?? null}::text
    order by o.consumer_group, o.partition`.execute(db);
  return rows;
}
