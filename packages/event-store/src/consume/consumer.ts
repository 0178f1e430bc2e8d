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
import { registerGroup } from './register-group.ts';
import { createStoppedReport } from './report-stopped.ts';
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
  /** Called after each commit that applied something. */
  readonly afterCommit?: (batch: ConsumedBatch<Item>) => void;
}

const BATCH_SIZE_MAX = 1_000;
/** After a batch with room left: what arrives meanwhile shares the next transaction instead of having one each. */
const COLLECT_MS = 5;
const POLL_MS = { first: 20, last: 500 };
const RETRY_MS = { first: 50, last: 5_000 };

export function createConsumer<Item extends Coordinate, DB extends LedgerTables>(
  options: ConsumerOptions<Item, DB>,
): Service {
  const { database, group, doorbell, logger, clock, health } = options;
  const { source, apply, afterCommit } = options;
  const { db } = database;
  const itemsMax = options.batchSizeMax ?? BATCH_SIZE_MAX;
  const takeTurn = createTurns({ db, group, source, apply, itemsMax, logger, afterCommit });
  const ledger = db as unknown as Kysely<LedgerTables>;
  const reportStopped = health && createStoppedReport({ db: ledger, group, health, clock });
  const alarm = createAlarm(clock);
  const onRing = () => alarm.ring();
  const listener = createDoorbellListener({ database, channels: [doorbell], onRing, logger, clock });
  let running = Promise.resolve();
  let stopping = false;

  async function run(): Promise<void> {
    let pollMs = POLL_MS.first;
    let retryMs = RETRY_MS.first;
    while (!stopping) {
      try {
        const turn = await takeTurn();
        await reportStopped?.();
        retryMs = RETRY_MS.first;
        if (turn === 'some') await clock.sleep(COLLECT_MS);
        const rung = turn !== 'nothing' || (await alarm.wait(pollMs));
        pollMs = rung ? POLL_MS.first : Math.min(pollMs * 2, POLL_MS.last);
      } catch (err) {
        health?.set(`consumer ${group}`, 'failing', err instanceof Error ? err.message : String(err));
        logger.error({ event: 'consumer.failed', group, err, retryMs }, 'consumer waits and tries again');
        await alarm.wait(retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MS.last);
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
