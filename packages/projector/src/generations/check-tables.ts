/** Whether a generation's tables are those of this release: one of another release must not be written. */
import { type Kysely, sql } from 'kysely';
import type { Target } from '../apply-batch.ts';
import { sqlName, type Table } from '../working-set/table.ts';

/**
 * Why the models can't keep their tables: the first column that is not there or of another type. A column more does no
 * harm.
 */
export async function findUnlikeColumn(db: Kysely<unknown>, { schema, models }: Target): Promise<string | undefined> {
  const types = await readColumnTypes(db, schema);
  for (const model of models) {
    for (const table of model.tables) {
      for (const [property, type] of Object.entries(table.columns)) {
        const column = `${schema}.${table.name}.${sqlName(property)}`;
        const found = types.get(column);
        if (found === type) continue;
        const wrong = found === undefined ? `column ${column} is not there` : `column ${column} is ${found}`;
        return `read model ${model.name}: ${wrong}, and its table.ts says ${type}; ${adviceFor(table)}`;
      }
    }
  }
  return undefined;
}

/**
 * Why the models are not enough for a generation: a table that is none of theirs would be left out, while the offsets
 * go on.
 */
export async function findUnkeptTable(db: Kysely<unknown>, { schema, models }: Target): Promise<string | undefined> {
  const kept = new Set(models.flatMap(({ tables }) => tables.map(({ name }) => name)));
  const unkept = [...(await readTableNames(db, schema))].find((name) => !kept.has(name));
  if (unkept === undefined) return undefined;
  return (
    `table ${schema}.${unkept} is of no read model that this release has; it would be left out: ` +
    'run projectors of the release that made the generation'
  );
}

/** The tables that the schema of a generation has. */
export async function readTableNames(db: Kysely<unknown>, schema: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select relname::text as name from pg_class
    where relnamespace = ${schema}::regnamespace and relkind in ('r', 'p') order by relname`.execute(db);
  return new Set(rows.map((row) => row.name));
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
