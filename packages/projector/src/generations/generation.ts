/** A generation: one set of read models, with its schema and its consumer group. */
import type { Kysely } from 'kysely';
import type { ReadTables } from '../tables.ts';

export interface Generation {
  readonly generation: number;
  readonly epoch: string;
  readonly consumerGroup: string;
  /** Where its tables are. */
  readonly schema: string;
}

export async function readActiveGeneration(db: Kysely<ReadTables>): Promise<Generation> {
  const row = await db
    .selectFrom('read.generations')
    .select(['generation', 'epoch', 'consumer_group'])
    .where('status', '=', 'active')
    .executeTakeFirst();
  if (row === undefined) throw new Error('no generation of the read models is active; run: settle migrate');
  const { generation, epoch, consumer_group: consumerGroup } = row;
  return { generation, epoch, consumerGroup, schema: `read_g${generation}` };
}
