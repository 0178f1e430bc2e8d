/** Whether a generation is of this release: one of another release must not be written. */
import { type Kysely, sql } from 'kysely';
import type { Target } from '../apply-batch.ts';
import type { ReadModel } from '../folding.ts';
import { sqlName, type Table } from '../working-set/table.ts';
import type { Generation } from './generation.ts';

/** Why this release must leave a generation alone; undefined when it may keep it. */
export async function findMisfit(db: Kysely<unknown>, generation: Generation): Promise<string | undefined> {
  return (
    (await findOtherVersion(db, generation)) ??
    (await findUnlikeColumn(db, generation)) ??
    (await findUnkeptTable(db, generation))
  );
}

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
async function findUnkeptTable(db: Kysely<unknown>, { schema, models }: Target): Promise<string | undefined> {
  const kept = new Set(models.flatMap(({ tables }) => tables.map(({ name }) => name)));
  const unkept = [...(await readTableNames(db, schema))].find((name) => !kept.has(name));
  if (unkept === undefined) return undefined;
  return (
    `table ${schema}.${unkept} is of no read model that this release has; it would be left out: ` +
    'run projectors of the release that made the generation'
  );
}

/** Why the rows would become a mixture: a model whose version is another than the generation was made with. */
async function findOtherVersion(
  db: Kysely<unknown>,
  { generation, schema, models }: Generation,
): Promise<string | undefined> {
  const { rows } = await sql<{ model: string; version: number }>`
    select model, version from read.generation_models where generation = ${generation}`.execute(db);
  const versions = new Map(rows.map(({ model, version }) => [model, version]));
  const other = models.find((model) => versionOf(model) !== (versions.get(model.name) ?? 1));
  if (other === undefined) return undefined;
  return (
    `read model ${other.name} is of version ${versionOf(other)}, and ${schema} holds version ` +
    `${versions.get(other.name) ?? 1}: settle rebuild makes the next generation with this, projectors of the release ` +
    'that made the other keep that'
  );
}

export function versionOf({ version = 1 }: ReadModel): number {
  return version;
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
