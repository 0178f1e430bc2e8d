/**
 * Applies a batch of the log to a generation's tables, through the consumer's transaction: load what the events
 * touch, fold in log order in memory, write. The number of statements depends on the tables touched, not on the
 * events.
 *
 * The consumer owns the batch's partitions until the transaction ends, and a merchant's rows belong to one partition,
 * so nobody else can change the rows between loading and writing.
 */
import type { ConsumedBatch, LoggedEvent } from '@northwind/event-store';
import type { CompiledQuery, Kysely } from 'kysely';
import { foldEvent, toFoldedEvent } from './fold-event.ts';
import type { FoldedEvent, ReadModel } from './folding.ts';
import { loadRows } from './working-set/load-rows.ts';
import { runTogether } from './working-set/run-together.ts';
import type { AnyKeyedTable } from './working-set/table.ts';
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

/** Tables are loaded together unless a model has to see the rows of one before it can say which of its own it wants. */
async function loadTouched(
  db: Kysely<unknown>,
  { schema, models }: Target,
  events: readonly FoldedEvent[],
  working: WorkingSet,
): Promise<void> {
  let waiting: AnyKeyedTable[] = [];
  for (const model of models) {
    if (waiting.some((table) => model.wantsFrom?.includes(table))) {
      await loadRows(db, schema, waiting, working);
      waiting = [];
    }
    for (const event of events) model.want?.(event, working);
    waiting.push(...model.tables.filter((table) => table.kind === 'keyed'));
  }
  await loadRows(db, schema, waiting, working);
}

async function writeChanged(db: Kysely<unknown>, target: Target, working: WorkingSet): Promise<void> {
  await runTogether(db, writesOf(target, working));
}

function* writesOf({ schema, models }: Target, working: WorkingSet): Generator<CompiledQuery> {
  for (const table of models.flatMap((model) => model.tables)) {
    const added = table.kind === 'keyed' ? working.rows(table).added() : working.appended(table);
    if (added.length > 0) yield insertRows(schema, table, added);
    if (table.kind !== 'keyed') continue;
    const replaced = working.rows(table).replaced();
    if (replaced.length > 0) yield replaceRows(schema, table, replaced);
  }
}
