/** The read models against plain SQL over the log (reference.sql), row by row. */
import { readFile } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../src/tables.ts';

const referenceSql = await readFile(new URL('./reference.sql', import.meta.url), 'utf8');

/** Only these kinds of anomalies are in the reference; a test of its own has the others. */
const ROWS_OF: Readonly<Record<string, string>> = { anomalies: `where kind = 'business_duplicate'` };

export interface Comparison {
  readonly table: string;
  readonly rows: number;
  /** Rows that one side has and the other has not, at most some of them. */
  readonly differences: readonly { readonly only: 'read' | 'reference'; readonly row: unknown }[];
}

export async function compareWithReference(db: Kysely<ReadTables>): Promise<Comparison[]> {
  await sql.raw(`drop schema if exists reference cascade; ${referenceSql}`).execute(db);
  const { rows: views } = await sql<{ name: string; columns: string }>`
    select table_name as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
    from information_schema.columns where table_schema = 'reference' and table_name in (
      select table_name from information_schema.views where table_schema = 'read')
    group by table_name order by table_name`.execute(db);
  return Promise.all(views.map(({ name, columns }) => compareTable(db, name, columns)));
}

async function compareTable(db: Kysely<ReadTables>, table: string, columns: string): Promise<Comparison> {
  const read = `(select ${columns} from read.${table} ${ROWS_OF[table] ?? ''})`;
  const reference = `(select ${columns} from reference.${table})`;
  const { rows: differences } = await sql<Comparison['differences'][number]>`
    select 'read' as only, to_jsonb(a) as row from (${sql.raw(`${read} except ${reference}`)}) a
    union all
    select 'reference', to_jsonb(b) from (${sql.raw(`${reference} except ${read}`)}) b limit 6`.execute(db);
  const { rows } = await sql<{ count: number }>`select count(*)::int4 from ${sql.raw(read)} r`.execute(db);
  return { table, rows: rows[0]?.count ?? 0, differences };
}
