/**
 * Applies a batch of the log to a generation's tables, through the consumer's transaction: load what the events
 * touch, fold in log order in memory, write. The number of statements depends on the tables touched, not on the
 * events.
 *
 * The consumer owns the batch's partitions until the transaction ends, and a merchant's rows belong to one partition,
 * so nobody else can change the rows between loading and writing.
 */
import type { ConsumedBatch, LoggedEvent } from '@northwind/event-store';
import type { Kysely } from 'kysely';
import { foldEvent, toFoldedEvent } from './fold-event.ts';
import type { FoldedEvent, ReadModel } from './folding.ts';
import { loadRows } from './working-set/load-rows.ts';
import { WorkingSet } from './working-set/working-set.ts';
import { insertRows, replaceRows } from './working-set/write-rows.ts';

/** What of a generation a batch is applied to. */
export interface Target {
  readonly schema: string;
  readonly models: readonly ReadModel[];
}

export async function applyBatch(
  db: Kysely<unknown>,
  target: Target,
  batch: ConsumedBatch<LoggedEvent>,
): Promise<void> {
  const events = batch.slices.flatMap((slice) => slice.items.map(toFoldedEvent));
  const working = new WorkingSet();
  await loadTouched(db, target, events, working);
  for (const event of events) foldEvent(event, target.models, working);
  await writeChanged(db, target, working);
}

async function loadTouched(
  db: Kysely<unknown>,
  { schema, models }: Target,
  events: readonly FoldedEvent[],
  working: WorkingSet,
): Promise<void> {
  for (const model of models) {
    for (const event of events) model.want?.(event, working);
    for (const table of model.tables) {
      if (table.kind === 'keyed') await loadRows(db, schema, table, working.rows(table));
    }
  }
}

async function writeChanged(db: Kysely<unknown>, { schema, models }: Target, working: WorkingSet): Promise<void> {
  for (const table of models.flatMap((model) => model.tables)) {
    const rows = table.kind === 'keyed' ? working.rows(table).added() : working.appended(table);
    await insertRows(db, schema, table, rows);
    if (table.kind === 'keyed') await replaceRows(db, schema, table, working.rows(table).replaced());
  }
}
