/**
 * Applies the log to a generation beside everything else that goes on: lanes that take the partitions in turn, each
 * batch a transaction that also moves the generation's consumer group, as a projector's does. So it may be broken off
 * at any point and goes on from there.
 */
import {
  ApplyError,
  type ConsumedBatch,
  consumeRound,
  isOfTheEvent,
  type LoggedEvent,
  logSource,
} from '@northwind/event-store';
import { type Clock, systemClock } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import { applyBatch } from '../apply-batch.ts';
import type { ReadTables } from '../tables.ts';
import type { Generation } from './generation.ts';
import { RebuildError } from './rebuild-error.ts';

export interface FillOptions {
  readonly db: Kysely<ReadTables>;
  readonly generation: Generation;
  /** Where to stop: partition → first offset that is not applied. */
  readonly heads: ReadonlyMap<number, bigint>;
  /** Transactions at the same time, each with a connection. */
  readonly lanes: number;
  /** Over all lanes; without it as fast as it goes. */
  readonly eventsPerSecondMax?: number;
  readonly signal?: AbortSignal;
  /** Told after each batch how many events it had. */
  readonly onApplied?: (events: number) => void;
  readonly clock?: Clock;
}

/** An event that the read models can't take. Everything below it in its partition is applied. */
export class FillError extends RebuildError {
  override name = 'FillError';
}

const BATCH_SIZE = 8_000;
const BATCH_BYTES_MAX = 8 * 1_024 * 1_024;
const PARTITIONS_A_BATCH = 2;
const HELD_MS = 5;

/** Resolves when the generation's group stands at `heads`. Throws FillError, or the signal's reason. */
export async function fillGeneration(options: FillOptions): Promise<void> {
  const { lanes, eventsPerSecondMax = Number.POSITIVE_INFINITY, clock = systemClock } = options;
  const startMs = clock.monotonicMs();
  let applied = 0;
  const pace = async (events: number) => {
    applied += events;
    options.onApplied?.(events);
    const aheadMs = (applied / eventsPerSecondMax) * 1_000 - (clock.monotonicMs() - startMs);
    if (aheadMs > 0) await clock.sleep(aheadMs, options.signal);
  };
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const batchSize = Math.max(1, Math.min(BATCH_SIZE, Math.ceil(eventsPerSecondMax / lanes)));
  const run = async () => {
    try {
      await runLane(options, { batchSize, pace, clock, signal });
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  await Promise.all(Array.from({ length: lanes }, run));
}

interface Lane {
  readonly batchSize: number;
  readonly pace: (events: number) => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function runLane({ db, generation, heads }: FillOptions, lane: Lane): Promise<void> {
  const { pace, clock, signal } = lane;
  let itemsMax = lane.batchSize;
  for (;;) {
    signal.throwIfAborted();
    try {
      const { batch, isHeldByOthers } = await consumeRound<LoggedEvent, ReadTables>({
        ...roundOn(generation, heads),
        db,
        itemsMax,
        partitionsMax: itemsMax === 1 ? 1 : PARTITIONS_A_BATCH,
      });
      if (batch.slices.length > 0) {
        await pace(batch.slices.reduce((sum, { items }) => sum + items.length, 0));
        itemsMax = Math.min(lane.batchSize, itemsMax * 2);
      } else if (isHeldByOthers) await clock.sleep(HELD_MS, signal);
      else return await expectAllApplied(db, generation, heads);
    } catch (error) {
      if (!(error instanceof ApplyError) || !isOfTheEvent(error.cause)) throw error;
      // Halved until the batch is the one event that can't be applied, which can then be named.
      if (error.itemCount <= 1) throw toFillError(generation, error);
      itemsMax = Math.max(1, Math.floor(itemsMax / 2));
    }
  }
}

/** What a round of a generation's group is, whoever runs it. */
export function roundOn({ consumerGroup, schema, models }: Generation, heads: ReadonlyMap<number, bigint>) {
  return {
    group: consumerGroup,
    source: { ...logSource, heads: async () => heads },
    apply: (trx: Kysely<ReadTables>, batch: ConsumedBatch<LoggedEvent>) =>
      applyBatch(trx as unknown as Kysely<unknown>, { schema, models }, batch),
    itemsMax: BATCH_SIZE,
    bytesMax: BATCH_BYTES_MAX,
    partitionsMax: PARTITIONS_A_BATCH,
    members: 1,
  };
}

/** Somebody may have paused or stopped the group: then there is nothing to claim, and much that is not applied. */
async function expectAllApplied(
  db: Kysely<ReadTables>,
  { consumerGroup }: Generation,
  heads: ReadonlyMap<number, bigint>,
): Promise<void> {
  const { rows } = await sql<{ partition: number; nextOffset: bigint; isPaused: boolean }>`
    select partition, next_offset as "nextOffset", paused_at is not null as "isPaused"
    from ledger.consumer_offsets where consumer_group = ${consumerGroup}`.execute(db);
  const behind = rows.find(({ partition, nextOffset }) => nextOffset < (heads.get(partition) ?? 0n));
  if (behind === undefined) return;
  const why = behind.isPaused ? 'paused' : 'stopped at an event';
  throw new FillError(
    `group ${consumerGroup} is ${why} at ${behind.partition}:${behind.nextOffset}; ` +
      `settle groups resume ${consumerGroup} lets it go on`,
  );
}

function toFillError({ generation }: Generation, { batch, message, cause }: ApplyError<unknown>): FillError {
  const [slice] = batch.slices;
  const at = slice === undefined ? 'an event' : `the event at ${slice.partition}:${slice.fromOffset}`;
  return new FillError(`generation ${generation} can't take ${at}: ${message}`, { cause });
}
