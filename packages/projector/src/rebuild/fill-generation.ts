/**
 * Fills a generation from the log, beside everything else. It is a consumer group like any other, so it goes on where it
 * was after a crash, any number of processes may share it, and an event that it can't apply ends it by name.
 */
import { consumeRound, type LoggedEvent, logSource, type Source } from '@northwind/event-store';
import type { Database } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { applyBatch } from '../apply-batch.ts';
import type { Generation } from '../generations/generation.ts';
import type { ReadTables } from '../tables.ts';

export interface Fill {
  readonly database: Database<ReadTables>;
  readonly generation: Generation;
  /** Where to stop: partition → first offset that is not applied. Nothing beyond is. */
  readonly upTo: ReadonlyMap<number, bigint>;
  /** Transactions at the same time. */
  readonly lanes: number;
  readonly signal: AbortSignal;
  /** Called after each commit with the number of events it applied. May wait, which throttles the lane. */
  readonly onApplied: (events: number) => void | Promise<void>;
}

const ITEMS_MAX = 8_000;
const BYTES_MAX = 8 * 1_024 * 1_024;
/** Few at a time: a merchant's events lie together, so his rows are loaded and written once for many of them. */
const PARTITIONS_A_ROUND = 2;

/** Resolves when everything up to `upTo` is applied, or when it was aborted. */
export async function fillGeneration(fill: Fill): Promise<void> {
  await Promise.all(Array.from({ length: fill.lanes }, () => runLane(fill)));
}

async function runLane({ database, generation, upTo, signal, onApplied }: Fill): Promise<void> {
  const source: Source<LoggedEvent, ReadTables> = {
    ...(logSource as unknown as Source<LoggedEvent, ReadTables>),
    heads: async () => upTo,
  };
  while (!signal.aborted) {
    const { batch } = await consumeRound<LoggedEvent, ReadTables>({
      db: database.db,
      group: generation.consumerGroup,
      source,
      apply: (trx, events) => applyBatch(trx as unknown as Kysely<unknown>, generation, events),
      itemsMax: ITEMS_MAX,
      bytesMax: BYTES_MAX,
      members: 1,
      partitionsMax: PARTITIONS_A_ROUND,
    });
    if (batch.slices.length === 0) return;
    await onApplied(batch.slices.reduce((sum, slice) => sum + slice.items.length, 0));
  }
}
