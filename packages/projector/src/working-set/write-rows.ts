/** Writes a batch's rows with one statement a table. */

import { stringify } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import { type AppendedTable, type Columns, type KeyedTable, sqlName } from './table.ts';

/** Inserts new rows, replaces those that exist. */
export async function upsertRows<Row>(
  db: Kysely<unknown>,
  schema: string,
  table: KeyedTable<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const isKey = new Set<string>(table.key);
  const key = table.key.map((part) => sql.id(sqlName(part)));
  const replaced = Object.keys(table.columns)
    .filter((property) => !isKey.has(property))
    .map((property) => sql`${sql.id(sqlName(property))} = excluded.${sql.id(sqlName(property))}`);
  await sql`${insertInto(schema, table, rows)}
    on conflict (${sql.join(key)}) do update set ${sql.join(replaced)}`.execute(db);
}

/** Inserts; a row that is there already is a defect and fails on its key. */
export async function insertRows<Row>(
  db: Kysely<unknown>,
  schema: string,
  table: AppendedTable<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length > 0) await insertInto(schema, table, rows).execute(db);
}

function insertInto<Row>(
  schema: string,
  table: { readonly name: string; readonly columns: Columns<Row> },
  rows: readonly Row[],
) {
  const properties = Object.keys(table.columns) as (keyof Row & string)[];
  const names = properties.map((property) => sql.id(sqlName(property)));
  const arrays = properties.map((property) => {
    const type = table.columns[property];
    const values = rows.map((row) => (type === 'jsonb' ? stringify(row[property]) : row[property]));
    return sql`${values}::${sql.raw(type)}[]`;
  });
  return sql`insert into ${sql.table(`${schema}.${table.name}`)} (${sql.join(names)})
    select * from unnest(${sql.join(arrays)})`;
}
