/** A generation: one set of read models, with its schema and its consumer group. */
import { type Kysely, sql } from 'kysely';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import type { ReadTables } from '../tables.ts';

export interface Generation {
  readonly generation: number;
  readonly epoch: string;
  readonly consumerGroup: string;
  /** Where its tables are. */
  readonly schema: string;
  /** Those whose tables it has: a generation made before a model was added goes on without it. */
  readonly models: readonly ReadModel[];
}

export async function readActiveGeneration(db: Kysely<ReadTables>): Promise<Generation> {
  const row = await db
    .selectFrom('read.generations')
    .select(['generation', 'epoch', 'consumer_group'])
    .where('status', '=', 'active')
    .executeTakeFirst();
  if (row === undefined) throw new Error('no generation of the read models is active; run: settle migrate');
  const { generation, epoch, consumer_group: consumerGroup } = row;
  const schema = `read_g${generation}`;
  return { generation, epoch, consumerGroup, schema, models: await readModelsOf(db, schema) };
}

async function readModelsOf(db: Kysely<ReadTables>, schema: string): Promise<ReadModel[]> {
  const { rows } = await sql<{ name: string }>`
    select relname::text as name from pg_class
    where relnamespace = ${schema}::regnamespace and relkind in ('r', 'p')`.execute(db);
  const names = new Set(rows.map((row) => row.name));
  return READ_MODELS.filter((model) => model.tables.every((table) => names.has(table.name)));
}
