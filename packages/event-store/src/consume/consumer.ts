/**
 * A consumer of a group, as a service. Any number of them, in any number of processes, share the group's partitions.
 *
 * It consumes as long as there is something, then waits for the doorbell; polling at a growing interval is what it relies
 * on, the doorbell only makes it quicker. Trouble with the database is waited out; an event that can't be applied stops
 * its own partition and nothing else.
 */
import {
  type Clock,
  createService,
  type Database,
  type Health,
  isTransientDatabaseError,
  type Logger,
  type Service,
} from '@northwind/service-kit';
import type { Kysely, Transaction } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import { createDoorbellListener } from '../doorbell/doorbell-listener.ts';
import type { LedgerTables } from '../tables.ts';
import { ApplyError, type ConsumedBatch, consumeRound } from './consume-round.ts';
import { registerGroup } from './register-group.ts';
import type { Source } from './source.ts';
import { stopPartition } from './stop-partition.ts';
import { createSuspects } from './suspects.ts';

export interface ConsumerOptions<Item extends Coordinate, DB extends LedgerTables> {
  readonly database: Database<DB>;
  readonly group: string;
  readonly source: Source<Item, DB>;
  readonly apply: (trx: Transaction<DB>, batch: ConsumedBatch<Item>) => Promise<void>;
  /** Doorbell channel that is rung when the source may have more. */
  readonly doorbell: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health?: Health;
  /** Items a transaction takes at most, over all its partitions. */
  readonly batchSizeMax?: number;
  /** Called after each commit that applied something. */
  readonly afterCommit?: (batch: ConsumedBatch<Item>) => void;
}

const BATCH_SIZE_MAX = 1_000;
/** Half of the sixteen, so that two consumers of a busy group always both find work. */
const PARTITIONS_A_ROUND = 8;
const POLL_MS = { first: 20, last: 500 };
const RETRY_MS = { first: 50, last: 5_000 };

export function createConsumer<Item extends Coordinate, DB extends LedgerTables>(
  options: ConsumerOptions<Item, DB>,
): Service {
  const { database, group, logger, clock } = options;
  const db = database.db;
  const ledger = db as unknown as Kysely<LedgerTables>;
  const component = `consumer ${group}`;
  const itemsMax = options.batchSizeMax ?? BATCH_SIZE_MAX;
  const suspects = createSuspects(itemsMax);
  const alarm = createAlarm(clock);
  const listener = createDoorbellListener({
    database,
    channels: [options.doorbell],
    onRing: () => alarm.ring(),
    logger,
    clock,
  });
  let running = Promise.resolve();
  let stopping = false;
  let stopped = 0; // partitions that this consumer has stopped: health stays red

  async function round(): Promise<boolean> {
    const suspect = suspects.next();
    const narrowed = suspect
      ? { itemsMax: suspect.itemsMax, only: [suspect.partition] }
      : { itemsMax, except: suspects.partitions() };
    const { source, apply } = options;
    const batch = await consumeRound({ db, group, source, apply, partitionsMax: PARTITIONS_A_ROUND, ...narrowed });
    if (suspect) {
      if (batch.slices.length > 0) suspects.succeeded(suspect.partition);
      else suspects.clear(suspect.partition);
    }
    if (batch.slices.length === 0) return suspect !== undefined;
    options.afterCommit?.(batch);
    return true;
  }

  async function refused({ batch, cause, message }: ApplyError<Item>): Promise<void> {
    const items = batch.slices.flatMap((slice) => slice.items);
    const partitions = batch.slices.map((slice) => slice.partition);
    const poisoned = suspects.failed(partitions, items.length);
    const [event] = items;
    if (poisoned === undefined || event === undefined) return;
    const at = `${event.partition}:${event.offset}`;
    const order = { group, partition: poisoned, offset: event.offset, reason: `event ${at}: ${message}` };
    await stopPartition(ledger, order);
    suspects.clear(poisoned);
    stopped += 1;
    options.health?.set(component, 'failing', `partition ${poisoned} is stopped at event ${at}: ${message}`);
    logger.fatal(
      { event: 'consumer.stopped', group, coordinate: at, err: cause },
      'partition stopped: event not applied',
    );
  }

  async function run(): Promise<void> {
    let pollMs = POLL_MS.first;
    let retryMs = RETRY_MS.first;
    while (!stopping) {
      try {
        const busy = await round();
        if (stopped === 0) options.health?.set(component, 'ok');
        retryMs = RETRY_MS.first;
        pollMs = busy ? POLL_MS.first : Math.min(pollMs * 2, POLL_MS.last);
        if (!busy && (await alarm.wait(pollMs))) pollMs = POLL_MS.first;
      } catch (error) {
        const applyFailed = error instanceof ApplyError;
        if (applyFailed && !isTransientDatabaseError(error.cause)) {
          await refused(error).catch((err) => logger.error({ event: 'consumer.stop_failed', group, err }));
          continue;
        }
        options.health?.set(component, 'failing', error instanceof Error ? error.message : String(error));
        logger.error({ event: 'consumer.failed', group, err: error, retryMs }, 'consumer waits and tries again');
        await alarm.wait(retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MS.last);
      }
    }
  }

  return createService({
    name: component,
    async start() {
      stopping = false;
      await registerGroup(ledger, group);
      await listener.start();
      running = run();
    },
    async stop() {
      stopping = true;
      alarm.ring();
      await running;
      await listener.stop();
    },
  });
}

/** Waits for a ring or for time to pass; a ring while nobody waits is kept. */
function createAlarm(clock: Clock) {
  let rung = false;
  let wake: AbortController | undefined;
  return {
    ring(): void {
      rung = true;
      wake?.abort();
    },
    /** True when it was rung. */
    async wait(timeoutMs: number): Promise<boolean> {
      if (!rung) {
        wake = new AbortController();
        await clock.sleep(timeoutMs, wake.signal).catch(() => undefined); // a ring ends the sleep
        wake = undefined;
      }
      const answer = rung;
      rung = false;
      return answer;
    },
  };
}
