/** Moves a group on, inside the transaction that applied the events. */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface AdvancedPartition {
  readonly partition: number;
  readonly fromOffset: bigint;
  readonly nextOffset: bigint;
}

/** Throws when a row is not where the claim found it: two owners would be a defect, and nothing may commit then. */
export async function advanceOffsets(
  db: Kysely<LedgerTables>,
  group: string,
  advanced: readonly AdvancedPartition[],
): Promise<void> {
  const { numAffectedRows } = await sql`
    update ledger.consumer_offsets o
    set next_offset = a.next_offset, updated_at = clock_timestamp()
    from unnest(${advanced.map((a) => a.partition)}::int2[], ${advanced.map((a) => a.fromOffset)}::int8[],
                ${advanced.map((a) => a.nextOffset)}::int8[]) as a(partition, from_offset, next_offset)
    where o.consumer_group = ${group} and o.partition = a.partition and o.next_offset = a.from_offset`.execute(db);
  if (numAffectedRows !== BigInt(advanced.length)) {
    throw new Error(`group ${group}: its offsets moved while it held them; nothing was committed`);
  }
}
