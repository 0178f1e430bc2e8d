/** Makes a consumer group's rows, one a partition, all at offset 0. Does nothing where they exist. */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export async function registerGroup(db: Kysely<LedgerTables>, group: string): Promise<void> {
  await sql`
    insert into ledger.consumer_offsets (consumer_group, partition)
    select ${group}, partition from ledger.partitions
    on conflict on constraint consumer_offsets_pk do nothing`.execute(db);
}
