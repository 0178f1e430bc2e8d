/** What two generations have in common, and so can be held against each other, and what only one has. */
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';

/** One generation at its offsets, as the comparison reads it. */
export interface Side {
  readonly db: Kysely<ReadTables>;
  readonly schema: string;
}

/** The active generation and the candidate. */
export interface Sides {
  readonly left: Side;
  readonly right: Side;
}

export interface SharedTable {
  readonly name: string;
  /** SQL names of the columns that both have. */
  readonly columns: readonly string[];
}

export async function readSharedTables({ left, right }: Sides): Promise<SharedTable[]> {
  const { rows } = await sql<SharedTable>`
    select a.table_name::text as name, array_agg(a.column_name::text order by a.column_name) as columns
    from information_schema.columns a
    join information_schema.columns b using (table_name, column_name)
    where a.table_schema = ${left.schema} and b.table_schema = ${right.schema}
    group by a.table_name order by a.table_name`.execute(right.db);
  return rows;
}

/** Tables, and columns of shared ones (`table.column`), that the other side does not have. */
export async function readOnlyIn(side: Side, other: Side): Promise<string[]> {
  const { rows } = await sql<{ readonly what: string }>`
    select distinct case when b.table_name is null then a.table_name::text
                         else a.table_name || '.' || a.column_name end as what
    from information_schema.columns a
    left join information_schema.tables b on b.table_schema = ${other.schema} and b.table_name = a.table_name
    left join information_schema.columns c
      on c.table_schema = ${other.schema} and c.table_name = a.table_name and c.column_name = a.column_name
    where a.table_schema = ${side.schema} and c.column_name is null order by 1`.execute(side.db);
  return rows.map(({ what }) => what);
}

/** The columns of a table that both have, as one row to be hashed. */
export function sharedRow({ schema }: Side, { name, columns }: SharedTable) {
  return sql`(select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(`${schema}.${name}`)})`;
}
