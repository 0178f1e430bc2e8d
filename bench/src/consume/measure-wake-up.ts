/** One event at a time for a consumer that waits: from the answer that it is committed to the handler. */
import { createConsumer, createDoorbell, createEventLog, DOORBELL_LEDGER, logSource } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { createLogger, openDatabase, systemClock } from '@northwind/service-kit';
import { placeEvents } from '../append/place-events.ts';
import { seededUnits } from '../workload/seeded-units.ts';

export interface WakeUpOptions {
  /** Of an empty log. */
  readonly url: string;
  readonly events: number;
  readonly signal: AbortSignal;
}

const WARM_UP_EVENTS = 50;
/** Between two events; of different lengths, so that they don't keep step with any timer of the consumer. */
const GAP_MS = { least: 30, most: 90 };
const HEARD_TIMEOUT_MS = 10_000;

export async function measureWakeUp({ url, events, signal }: WakeUpOptions): Promise<number[]> {
  await using database = openDatabase<LedgerTables>({ url, applicationName: 'bench', connectionsMax: 4 });
  const logger = createLogger({ name: 'bench', level: 'error' });
  let heard = Promise.withResolvers<number>();
  const consumer = createConsumer({
    database,
    group: 'bench_idle',
    source: logSource,
    apply: async () => heard.resolve(systemClock.monotonicMs()),
    doorbell: DOORBELL_LEDGER,
    logger,
    clock: systemClock,
  });
  // The appender is another client than the consumer, as the writer is another process.
  await using appender = openDatabase({ url, applicationName: 'bench', connectionsMax: 2 });
  const log = createEventLog(appender);
  const doorbell = createDoorbell({ database: appender, channel: DOORBELL_LEDGER, logger });
  const unit = seededUnits(3);
  const latenciesMs: number[] = [];
  await consumer.start();
  try {
    for (const event of placeEvents(WARM_UP_EVENTS + events)) {
      await systemClock.sleep(GAP_MS.least + unit() * (GAP_MS.most - GAP_MS.least), signal);
      heard = Promise.withResolvers<number>();
      await log.append([event]);
      const committedMs = systemClock.monotonicMs();
      doorbell.ring();
      latenciesMs.push((await within(heard.promise)) - committedMs);
    }
    return latenciesMs.slice(WARM_UP_EVENTS);
  } finally {
    await doorbell.close();
    await consumer.stop();
  }
}

async function within(heard: Promise<number>): Promise<number> {
  const patience = new AbortController();
  const late = systemClock.sleep(HEARD_TIMEOUT_MS, patience.signal).then(() => {
    throw new Error(`the consumer heard nothing for ${HEARD_TIMEOUT_MS} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([heard, late]);
  } finally {
    patience.abort();
  }
}
