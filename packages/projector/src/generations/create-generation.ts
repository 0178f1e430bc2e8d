/** The next generation: empty tables, a consumer group at the beginning of the log, an epoch of its own. */
import { registerGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { type Kysely, sql } from 'kysely';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import type { ReadTables } from '../tables.ts';
import { createModelTables } from './create-tables.ts';
import { deferIndexes } from './deferred-indexes.ts';
import { type Generation, listGenerations } from './generation.ts';
import { recordAction } from './record-action.ts';

/** For the owner of the schema. All or nothing. A number is given once, also when its generation was dropped. */
export async function createGeneration(
  db: Kysely<ReadTables>,
  models: readonly ReadModel[] = READ_MODELS,
): Promise<Generation> {
  return db.transaction().execute(async (trx) => {
    const next = await readNextNumber(trx);
    await sql`select read.create_generation(${next}::int4)`.execute(trx);
    await createModelTables(trx as unknown as Kysely<unknown>, next, models);
    const created = (await listGenerations(trx, models)).find(({ generation }) => generation === next);
    if (created === undefined) throw new Error(`generation ${next} was made and is not there`);
    await deferIndexes(trx, created);
    await registerGroup(trx as unknown as Kysely<LedgerTables>, created.consumerGroup);
    await recordAction(trx, { action: 'created', generation: created.generation });
    return created;
  });
}

async function readNextNumber(db: Kysely<ReadTables>): Promise<number> {
  const { rows } = await sql<{ readonly next: number }>`
    select greatest((select max(generation) from read.generations),
                    (select max(generation) from read.generation_actions)) + 1 as next`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('there is no next number of a generation');
  return row.next;
}
