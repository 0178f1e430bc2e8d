/** Loads the announced rows with one statement a table, all tables at once. Served by their primary keys. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { columnOf } from './encode-column.ts';
import { runTogether } from './run-together.ts';
import { selectList } from './select-list.ts';
import { type AnyKeyedTable, type KeyedTable, sqlName } from './table.ts';
import type { WorkingSet } from './working-set.ts';

/** `db` is the transaction that owns the keys' partitions, so nobody else changes the rows until it ends. */
export async function loadRows(
  db: Kysely<unknown>,
  schema: string,
  tables: readonly AnyKeyedTable[],
  working: WorkingSet,
): Promise<void> {
  const wanted = tables
    .map((table) => ({ rows: working.rows(table), table, keys: working.rows(table).takeWanted() }))
    .filter(({ keys }) => keys.length > 0);
  if (wanted.length === 0) return;
  const statements = wanted.map(({ table, keys }) => selectRows(schema, table, keys));
  const answers = await runTogether(db, statements);
  wanted.forEach(({ rows }, index) => {
    rows.loaded(answers[index]?.rows ?? []);
  });
}

function selectRows(schema: string, table: AnyKeyedTable, keys: readonly (readonly string[])[]): RawBuilder<unknown> {
  const names = table.key.map((part) => sql.ref(sqlName(part)));
  const arrays = table.key.map((part, index) => columnOf(table.columns[part], keys, (key) => key[index]));
  return sql`
    select ${selectList(table)}
    from unnest(${sql.join(arrays)}) as wanted(${sql.join(names)})
    join ${sql.table(`${schema}.${table.name}`)} using (${sql.join(names)})`;
}
