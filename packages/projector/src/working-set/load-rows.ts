/** Loads the announced rows of a table with one statement. Served by the table's primary key. */
import { type Kysely, sql } from 'kysely';
import { columnOf } from './encode-column.ts';
import { selectList } from './select-list.ts';
import { type KeyedTable, sqlName } from './table.ts';
import type { KeyedRows } from './working-set.ts';

/** `db` is the transaction that owns the keys' partitions, so nobody else changes the rows until it ends. */
export async function loadRows<Row>(
  db: Kysely<unknown>,
  schema: string,
  table: KeyedTable<Row>,
  rows: KeyedRows<Row>,
): Promise<void> {
  const keys = rows.takeWanted();
  if (keys.length === 0) return;
  const names = table.key.map((part) => sql.ref(sqlName(part)));
  const arrays = table.key.map((part, index) => columnOf(table.columns[part], keys, (key) => key[index]));
  const { rows: found } = await sql<Row>`
    select ${selectList(table)}
    from unnest(${sql.join(arrays)}) as wanted(${sql.join(names)})
    join ${sql.table(`${schema}.${table.name}`)} using (${sql.join(names)})`.execute(db);
  rows.loaded(found);
}
