/** Whether the tables of a generation are those that this release's models describe. */
import { type Kysely, sql } from 'kysely';
import type { Target } from '../apply-batch.ts';
import { sqlName, type Table } from '../working-set/table.ts';

/**
 * Throws at the first column that is not there or of another type, so that a projector of another release than the
 * generation's stops before it reads an event. A column more does no harm and is not refused.
 */
export async function checkTables(db: Kysely<unknown>, { schema, models }: Target): Promise<void> {
  const types = await readColumnTypes(db, schema);
  for (const model of models) {
    for (const table of model.tables) {
      for (const [property, type] of Object.entries(table.columns)) {
        const column = `${schema}.${table.name}.${sqlName(property)}`;
        const found = types.get(column);
        if (found === type) continue;
        const wrong = found === undefined ? `column ${column} is not there` : `column ${column} is ${found}`;
        throw new Error(`read model ${model.name}: ${wrong}, and its table.ts says ${type}; ${adviceFor(table)}`);
      }
    }
  }
}

async function readColumnTypes(db: Kysely<unknown>, schema: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ column: string; type: string }>`
    select concat_ws('.', table_schema, table_name, column_name) as column, udt_name::text as type
    from information_schema.columns where table_schema = ${schema}`.execute(db);
  return new Map(rows.map(({ column, type }) => [column, type]));
}

function adviceFor(table: Table): string {
  return table.definition
    ? 'the generation was made by another release: settle rebuild makes the next one with this'
    : 'its table is made by a migration: add one that changes it, then run settle migrate';
}
