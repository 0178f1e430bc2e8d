/** Stops one partition of a group at the event that can't be applied, until a person decides. */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface StopOrder {
  readonly group: string;
  readonly partition: number;
  readonly reason: string;
  /** Where the group stood when it met the offending event; one that was moved meanwhile is left alone. */
  readonly fromOffset: bigint;
}

/** False when there was nothing to stop: others have moved the group or stopped it already. */
export async function stopPartition(db: Kysely<LedgerTables>, order: StopOrder): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('ledger.consumer_offsets')
    .set({ stopped_reason: order.reason, stopped_at: sql`clock_timestamp()` })
    .where('consumer_group', '=', order.group)
    .where('partition', '=', order.partition)
    .where('next_offset', '=', order.fromOffset)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
