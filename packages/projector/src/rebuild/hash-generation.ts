/** A generation as figures that two of them can be compared by: a count and a hash for each table and merchant. */
import { type Kysely, sql } from 'kysely';
import type { Generation } from '../generations/generation.ts';
import type { ReadTables } from '../tables.ts';

export interface TableHash {
  readonly table: string;
  readonly merchantId: string;
  readonly rows: bigint;
  /** The sum of a 64-bit hash of every row, every column: it does not depend on the order of the rows. */
  readonly hash: string;
}

/** Inside a snapshot of the caller's. Reads all of every table once. */
export async function hashGeneration(db: Kysely<ReadTables>, { schema, models }: Generation): Promise<TableHash[]> {
  const hashes: TableHash[] = [];
  for (const { name } of models.flatMap((model) => model.tables)) {
    const { rows } = await sql<TableHash>`
      select ${name} as "table", t.merchant_id as "merchantId", count(*) as rows,
             sum(hash_record_extended(t, 0))::text as hash
      from ${sql.table(`${schema}.${name}`)} t group by t.merchant_id`.execute(db);
    hashes.push(...rows);
  }
  return hashes;
}
