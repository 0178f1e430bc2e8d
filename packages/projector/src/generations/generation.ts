/** A generation: one set of read models, with its schema and its consumer group. */
import { type Kysely, sql } from 'kysely';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import type { GenerationStatus, ReadTables } from '../tables.ts';

export interface Generation {
  readonly generation: number;
  readonly status: GenerationStatus;
  readonly epoch: string;
  readonly consumerGroup: string;
  /** Where its tables are. */
  readonly schema: string;
  /** Those whose tables it has: a generation made before a model was added goes on without it. */
  readonly models: readonly ReadModel[];
}

/** As `read.create_generation` names it. */
export function schemaOf(generation: number): string {
  return `read_g${generation}`;
}

/** What is compared and exchanged: that which readers see, and that which may take over from it. */
export interface GenerationPair {
  readonly active: Generation;
  readonly candidate: Generation;
}

export async function readActiveGeneration(
  db: Kysely<ReadTables>,
  models: readonly ReadModel[] = READ_MODELS,
): Promise<Generation> {
  const active = (await listGenerations(db, models)).find(({ status }) => status === 'active');
  if (active === undefined) throw new Error('no generation of the read models is active; run: settle migrate');
  return active;
}

/** Oldest first. `models` are those of the code that runs, beside which a generation may have others. */
export async function listGenerations(
  db: Kysely<ReadTables>,
  models: readonly ReadModel[] = READ_MODELS,
): Promise<Generation[]> {
  const { rows } = await sql<Omit<Generation, 'schema' | 'models'> & { readonly tables: readonly string[] }>`
    select g.generation, g.status, g.epoch, g.consumer_group as "consumerGroup",
           array(select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'read_g' || g.generation and c.relkind in ('r', 'p')) as tables
    from read.generations g order by g.generation`.execute(db);
  return rows.map(({ tables, ...generation }) => {
    const has = new Set(tables);
    const own = models.filter((model) => model.tables.every((table) => has.has(table.name)));
    return { ...generation, schema: schemaOf(generation.generation), models: own };
  });
}
