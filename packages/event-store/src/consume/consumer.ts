/**
 * A consumer of a group, as a service. Any number of them, in any number of processes, share the group's partitions.
 *
 * It consumes as long as there is something, then waits for the doorbell; polling at a growing interval is what it
 * relies on, the doorbell only makes it quicker. Trouble with the database is waited out.
 */
import {
  type Clock,
  createAlarm,
  createService,
  type Database,
  type Health,
  type Logger,
  type Service,
} from '@northwind/service-kit';
import type { Kysely, Transaction } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import { createDoorbellListener } from '../doorbell/doorbell-listener.ts';
import type { LedgerTables } from '../tables.ts';
import type { ConsumedBatch } from './consume-round.ts';
import type { GroupLag } from './group-lag.ts';
import { createPresence } from './presence.ts';
import { registerGroup } from './register-group.ts';
import { createGroupReport } from './report-group.ts';
import type { Source } from './source.ts';
import { createTurns } from './take-turns.ts';

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
  /** Bytes, as text, that a transaction takes at most; one item of each of its partitions in any case. */
  readonly batchBytesMax?: number;
  /**
   * After a batch during which the doorbell rang: milliseconds in which what comes meanwhile may gather, to share the
   * next batch. Little is quick; more costs less where many small appends follow one another.
   */
  readonly collectMs?: number;
  /** Called after each commit that applied something. */
  readonly afterCommit?: (batch: ConsumedBatch<Item>) => void;
  /** Told the group's lag about once a second. */
  readonly onLag?: (lags: readonly GroupLag[]) => void;
}

/** Only a backlog fills it; what a round costs besides its items is then little beside them. */
const BATCH_SIZE_MAX = 8_000;
/** Four times what a full batch of ordinary events has; in memory it is some times as much. */
const BATCH_BYTES_MAX = 8 * 1_024 * 1_024;
const COLLECT_MS = 5;
/** Others hold all there is: soon one of them commits, and the next partition may be taken here. */
const HELD_MS = { first: 4, last: 64 };
const POLL_MS = { first: 20, last: 500 };
const RETRY_MS = { first: 50, last: 5_000 };

export function createConsumer<Item extends Coordinate, DB extends LedgerTables>(
  options: ConsumerOptions<Item, DB>,
): Service {
  const { database, group, doorbell, logger, clock, health } = options;
  const { source, apply, afterCommit, onLag, collectMs = COLLECT_MS } = options;
  const { db } = database;
  const ledger = db as unknown as Kysely<LedgerTables>;
  const itemsMax = options.batchSizeMax ?? BATCH_SIZE_MAX;
  const presence = createPresence({ db: ledger, group, clock });
  const { announce: onConnected, countMembers } = presence;
  const bytesMax = options.batchBytesMax ?? BATCH_BYTES_MAX;
  const bounds = { itemsMax, bytesMax };
  const takeTurn = createTurns({ db, group, source, apply, ...bounds, logger, clock, afterCommit, countMembers });
  const report = health || onLag ? createGroupReport({ db: ledger, group, clock, health, onLag }) : null;
  const alarm = createAlarm(clock);
  let hasRung = false;
  const onRing = () => {
    hasRung = true;
    alarm.ring();
  };
  const listener = createDoorbellListener({ database, channels: [doorbell], onRing, onConnected, logger, clock });
  let running = Promise.resolve();
  let stopping = false;

  async function run(): Promise<void> {
    const waits = { nothing: growing(POLL_MS), held: growing(HELD_MS), failed: growing(RETRY_MS) };
    while (!stopping) {
      try {
        hasRung = false;
        const turn = await takeTurn();
        await report?.();
        waits.failed.reset();
        if (turn === 'full' || turn === 'some') waits.held.reset();
        if (turn === 'some' && hasRung) await clock.sleep(collectMs);
        if (turn === 'held') await alarm.wait(waits.held.next());
        if (turn === 'nothing' && !(await alarm.wait(waits.nothing.next()))) continue;
        waits.nothing.reset();
      } catch (err) {
        const retryMs = waits.failed.next();
        health?.set(`consumer ${group}`, 'failing', err instanceof Error ? err.message : String(err));
        logger.error({ event: 'consumer.failed', group, err, retryMs }, 'consumer waits and tries again');
        await alarm.wait(retryMs);
      }
    }
  }

  return createService({
    name: `consumer ${group}`,
    start: async () => {
      stopping = false;
      await registerGroup(ledger, group);
      await listener.start();
      running = run();
    },
    stop: async () => {
      stopping = true;
      alarm.ring();
      await running;
      await listener.stop();
    },
  });
}

/** A wait that doubles each time, from the first to the last. */
function growing({ first, last }: { readonly first: number; readonly last: number }) {
  let ms = first;
  return {
    next() {
      const now = ms;
      ms = Math.min(ms * 2, last);
      return now;
    },
    reset() {
      ms = first;
    },
  };
}
