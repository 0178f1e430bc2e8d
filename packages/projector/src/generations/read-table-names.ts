import { type Kysely, sql } from 'kysely';

/** The tables that the schema of a generation has. */
export async function readTableNames(db: Kysely<unknown>, schema: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select relname::text as name from pg_class
    where relnamespace = ${schema}::regnamespace and relkind in ('r', 'p')`.execute(db);
  return new Set(rows.map((row) => row.name));
}
