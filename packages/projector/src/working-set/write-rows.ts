/**
 * The statements that write a batch's rows: one a table for those that are new, and one for those that are replaced.
 * New ones are plainly inserted: ON CONFLICT would look for each of them in the key before it puts it there.
 */
import { type RawBuilder, sql } from 'kysely';
import { columnOf } from './encode-column.ts';
import { type Columns, type KeyedTable, sqlName } from './table.ts';

interface Written<Row> {
  readonly name: string;
  readonly columns: Columns<Row>;
}

/** Replaces rows that are there. */
export function replaceRows<Row>(schema: string, table: KeyedTable<Row>, rows: readonly Row[]): RawBuilder<unknown> {
  const isKey = new Set<string>(table.key);
  const key = table.key.map((part) => sql.id(sqlName(part)));
  const replaced = Object.keys(table.columns)
    .filter((property) => !isKey.has(property))
    .map((property) => sql`${sql.id(sqlName(property))} = excluded.${sql.id(sqlName(property))}`);
  // An update that joins the arrays to the table would leave it to the planner whether it looks up or reads it all.
  return sql`${insertRows(schema, table, rows)}
    on conflict (${sql.join(key)}) do update set ${sql.join(replaced)}`;
}

/**
 * Inserts; a row that is there already is a defect and fails on its key. unnest() in the select list hands the elements
 * on; several in FROM first make a table of their own of them.
 */
export function insertRows<Row>(schema: string, { name, columns }: Written<Row>, rows: readonly Row[]) {
  const properties = Object.keys(columns) as (keyof Row & string)[];
  const names = properties.map((property) => sql.id(sqlName(property)));
  const arrays = properties.map(
    (property) => sql`unnest(${columnOf(columns[property], rows, (row) => row[property])})`,
  );
  return sql`insert into ${sql.table(`${schema}.${name}`)} (${sql.join(names)}) select ${sql.join(arrays)}`;
}
