/**
 * The same specifications against PostgreSQL. A generation is made, the events before are applied as one batch and
 * those of `when` as another. Then every row of every table must be what memory holds, where each event was a batch of
 * its own.
 */
import type { LoggedEvent } from '@northwind/event-store';
import { type Kysely, sql } from 'kysely';
import { applyBatch } from '../src/apply-batch.ts';
import type { ReadModel } from '../src/folding.ts';
import { createModelTables } from '../src/generations/create-tables.ts';
import { schemaOf } from '../src/generations/generation.ts';
import type { ReadTables } from '../src/tables.ts';
import { selectList } from '../src/working-set/select-list.ts';
import { expectRows, type FoundRows, inKeyOrder } from './expect-rows.ts';
import { toLog } from './fold-events.ts';
import { expectWritten, type Given, tell } from './given.ts';

/** Over these models, in a migrated database; nothing of it stays there. */
export function specInPostgres(db: Kysely<ReadTables>, models: readonly ReadModel[]): Given<Promise<void>> {
  return (...before) => ({
    when: (...events) => ({
      // biome-ignore lint/suspicious/noThenProperty: the word of every such specification; nobody awaits what has it
      async then(expected) {
        const spec = { before, events, expected };
        const memory = expectWritten(models, spec);
        const log = toLog([...before, ...events]);
        const batches = [log.slice(0, before.length), log.slice(before.length)];
        const found = await applyToNewGeneration(db as unknown as Kysely<unknown>, models, batches);
        const inMemory = memory.tables.map((table) => [table.name, inKeyOrder(table, memory.rows(table))]);
        expectRows(Object.fromEntries(inMemory), found, ['PostgreSQL holds what memory does not', ...tell(spec)]);
      },
    }),
  });
}

async function applyToNewGeneration(
  db: Kysely<unknown>,
  models: readonly ReadModel[],
  batches: readonly (readonly LoggedEvent[])[],
): Promise<FoundRows[]> {
  const trx = await db.startTransaction().execute();
  try {
    const { rows } = await sql<{ next: number }>`select max(generation) + 1 as next from read.generations`.execute(trx);
    const next = rows[0]?.next ?? 1;
    const schema = schemaOf(next);
    await sql`select read.create_generation(${next}::int4)`.execute(trx);
    await createModelTables(trx, next, models);
    for (const items of batches) await applyBatch(trx, { schema, models }, { slices: [toSlice(items)] });
    const found: FoundRows[] = [];
    for (const table of models.flatMap((model) => model.tables)) {
      const query = sql<
        Record<string, unknown>
      >`select ${selectList(table)} from ${sql.table(`${schema}.${table.name}`)}`;
      found.push({ table, rows: (await query.execute(trx)).rows });
    }
    return found;
  } finally {
    await trx.rollback().execute();
  }
}

function toSlice(items: readonly LoggedEvent[]) {
  const fromOffset = items[0]?.offset ?? 0n;
  return { partition: 0, items, fromOffset, nextOffset: fromOffset + BigInt(items.length), moreWaiting: false };
}
