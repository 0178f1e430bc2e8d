/**
 * Makes the tables of a generation that no migration makes, from their descriptions: so that a new read model needs
 * none. What migrations make (`read.create_generation`) stays as it is.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ReadModel } from '../folding.ts';
import { sqlName, type Table } from '../working-set/table.ts';
import type { TableDefinition } from '../working-set/table-definition.ts';
import { findUnlikeColumn, readTableNames, versionOf } from './check-generation.ts';
import { schemaOf } from './generation.ts';

/**
 * Inside the caller's transaction, right after `read.create_generation`. Lets the projector write them, keeps which
 * version of each model the generation is of, and throws when the schema has not what the models describe.
 */
export async function createModelTables(
  db: Kysely<unknown>,
  generation: number,
  models: readonly ReadModel[],
): Promise<void> {
  const schema = schemaOf(generation);
  const there = await readTableNames(db, schema);
  for (const model of models) {
    for (const table of model.tables) {
      if (!there.has(table.name)) await createTable(db, schema, { model: model.name, table });
    }
  }
  await sql`select read.grant_generation(${generation}::int4)`.execute(db);
  await keepVersions(db, generation, models);
  const unlike = await findUnlikeColumn(db, { schema, models });
  if (unlike !== undefined) throw new Error(unlike);
}

async function keepVersions(db: Kysely<unknown>, generation: number, models: readonly ReadModel[]): Promise<void> {
  const names = models.map(({ name }) => name);
  await sql`
    insert into read.generation_models (generation, model, version)
    select ${generation}::int4, name, version
    from unnest(${names}::text[], ${models.map(versionOf)}::int4[]) as m(name, version)
    on conflict do nothing`.execute(db);
}

async function createTable(
  db: Kysely<unknown>,
  schema: string,
  { model, table }: { readonly model: string; readonly table: Table },
): Promise<void> {
  if (table.definition === undefined) {
    throw new Error(
      `read model ${model}: no migration makes table ${table.name}, and its description has no definition: ` +
        'add one to its table.ts',
    );
  }
  for (const statement of statementsOf(schema, table, table.definition)) await statement.execute(db);
}

function* statementsOf<Row>(
  schema: string,
  table: Table,
  definition: TableDefinition<Row>,
): Iterable<RawBuilder<unknown>> {
  const name = sql.table(`${schema}.${table.name}`);
  const key = sql.id(`${table.name}_pk`);
  yield sql`create table ${name} (${sql.join(columnsOf(table))}, constraint ${key} primary key (${list(table.key)}))`;
  yield sql`comment on table ${name} is ${sql.lit(definition.comment)}`;
  yield sql`comment on constraint ${key} on ${name} is ${sql.lit(`serves ${definition.keyServes}`)}`;
  if (definition.fillfactor !== undefined) {
    yield sql`alter table ${name} set (fillfactor = ${sql.lit(definition.fillfactor)})`;
  }
  for (const [property, comment] of Object.entries(definition.columnComments ?? {})) {
    yield sql`comment on column ${name}.${sql.id(sqlName(property))} is ${sql.lit(comment)}`;
  }
  for (const { name: check, rule, because } of definition.checks ?? []) {
    yield sql`alter table ${name} add constraint ${sql.id(check)} check (${sql.raw(rule)})`;
    yield sql`comment on constraint ${sql.id(check)} on ${name} is ${sql.lit(because)}`;
  }
  for (const { name: index, columns, unique, serves } of definition.indexes ?? []) {
    yield sql`create ${sql.raw(unique ? 'unique index' : 'index')} ${sql.id(index)} on ${name} (${list(columns)})`;
    yield sql`comment on index ${sql.table(`${schema}.${index}`)} is ${sql.lit(`serves ${serves}`)}`;
  }
}

function columnsOf(table: Table): RawBuilder<unknown>[] {
  return Object.entries(table.columns).map(([property, type]) => {
    const nullability = table.nullable?.includes(property) ? 'null' : 'not null';
    return sql`${sql.id(sqlName(property))} ${sql.raw(`${type} ${nullability}`)}`;
  });
}

function list(properties: readonly PropertyKey[]): RawBuilder<unknown> {
  return sql.join(properties.map((property) => sql.id(sqlName(String(property)))));
}
