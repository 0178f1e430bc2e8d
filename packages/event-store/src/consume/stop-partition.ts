/** Stops one partition of a group at the event that can't be applied, until a person decides. */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface StopOrder {
  readonly group: string;
  readonly partition: number;
  readonly reason: string;
  /** Where the offending event stands; a group that has moved on meanwhile is left alone. */
  readonly offset: bigint;
}

export async function stopPartition(db: Kysely<LedgerTables>, order: StopOrder): Promise<void> {
  await db
    .updateTable('ledger.consumer_offsets')
    .set({ stopped_reason: order.reason, stopped_at: sql`clock_timestamp()` })
    .where('consumer_group', '=', order.group)
    .where('partition', '=', order.partition)
    .where('next_offset', '<=', order.offset)
    .execute();
}
