/** Loads the announced rows with one statement a table, all tables at once. Served by their primary keys. */
import { CompiledQuery, type Kysely } from 'kysely';
import { encodeColumn } from './encode-column.ts';
import { runTogether } from './run-together.ts';
import { selectText } from './statements.ts';
import type { AnyKeyedTable, SqlType } from './table.ts';
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
  const answers = await runTogether(
    db,
    wanted.map(({ table, keys }) => selectRows(schema, table, keys)),
  );
  wanted.forEach(({ rows }, index) => {
    rows.loaded(answers[index]?.rows ?? []);
  });
}

function selectRows(schema: string, table: AnyKeyedTable, keys: readonly (readonly string[])[]): CompiledQuery {
  const arrays = table.key.map((part, index) =>
    encodeColumn(table.columns[part] as SqlType, keys, (key) => key[index]),
  );
  return CompiledQuery.raw(selectText(schema, table), arrays);
}
