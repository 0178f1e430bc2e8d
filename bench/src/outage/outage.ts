/**
 * `pnpm bench outage`: PostgreSQL is stopped `immediate` under a running ledger-writer and stays away for ten minutes,
 * while producers go on. The queue gives a message up after a few deliveries, as production's does. When PostgreSQL is
 * back, everything that was sent has to be in the log, once, and nothing among the dead letters: else the run is void.
 * How fast the backlog goes is compared with the writer's full rate, measured before in the same run.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { migrate, systemClock } from '@northwind/service-kit';
import { type PostgresServer, startPostgres } from '@northwind/testing';
import { type Benchmark, type Figure, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { BENCH_SETTINGS, withClient } from '../postgres/bench-server.ts';
import { paymentStream } from '../workload/payment-stream.ts';
import { timeDrain } from '../writer/bench-queue.ts';
import { LEDGER_WRITER } from '../writer/measure-drain.ts';
import { runChild } from '../writer/run-child.ts';
import { type CatchUp, timeCatchUp } from './catch-up.ts';
import { type OutageQueue, startOutageQueue } from './outage-queue.ts';

export const outage: Benchmark = {
  name: 'outage',
  summary:
    'PostgreSQL away for minutes under the ledger-writer: nothing lost, nothing dead, and how fast it catches up',
  runs: 1,
  parameters: { minutes: 10, rate: 200, deliveries: 3, visibility: 60 },
  run,
};

/** Drained before the outage: the first for warming up, the second for the full rate. */
const FULL_RATE_MESSAGES = { warmUp: 10_000, measured: 40_000 };
const SEND_EVERY_MS = 100;

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { minutes = 0, rate = 0, deliveries = 0, visibility = 0 } = parameters;
  const postgres = await startPostgres({ settings: BENCH_SETTINGS });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => postgres.stop());
  await migrate(postgres.url, [ledgerMigrations]);
  const queue = cleanup.use(await startOutageQueue(deliveries));
  const producer = createProducer(queue, signal);
  await producer.send(FULL_RATE_MESSAGES.warmUp + FULL_RATE_MESSAGES.measured);
  const writer = cleanup.use(
    runChild(LEDGER_WRITER, {
      ...queue.environment,
      DATABASE_URL: postgres.url,
      SETTLEMENT_LOG_LEVEL: 'fatal',
      SETTLEMENT_WRITER_VISIBILITY_SECONDS: String(visibility),
    }),
  );
  const fullRate = await timeDrain(queue, FULL_RATE_MESSAGES.measured, signal);
  progress(`full rate: ${Math.round(fullRate)} messages/s`);

  await postgres.crash();
  await producer.sendFor(minutes * 60_000, rate);
  const deliveriesMax = await queue.deliveriesMax();
  progress(`PostgreSQL comes back; ${await queue.countLeft()} messages wait`);
  await postgres.restart();
  const caughtUp = await timeCatchUp(queue, signal);
  const stored = await expectAll({ postgres, queue, sent: producer.sent() });
  return {
    figures: [
      ...messageFigures({ sent: producer.sent(), ...stored, deliveriesMax }),
      ...rateFigures(fullRate, caughtUp),
      { metric: 'peak memory of ledger-writer', value: peakMemoryMib(writer.pid), unit: 'MiB' },
    ],
    versions: { postgresql: stored.version },
  };
}

function createProducer(queue: OutageQueue, signal: AbortSignal) {
  const stream = paymentStream(Number.MAX_SAFE_INTEGER);
  let sent = 0;
  const send = async (count: number) => {
    await queue.send(
      Array.from({ length: count }, () => stream.next().value?.body ?? ''),
      signal,
    );
    sent += count;
  };
  return {
    send,
    sent: () => sent,
    /** Messages fall due at the rate, however long the sends before them take. */
    async sendFor(ms: number, ratePerSecond: number): Promise<void> {
      const startMs = systemClock.monotonicMs();
      const before = sent;
      for (let elapsedMs = 0; elapsedMs < ms; elapsedMs = systemClock.monotonicMs() - startMs) {
        await send(Math.floor((elapsedMs * ratePerSecond) / 1000) - (sent - before));
        await systemClock.sleep(SEND_EVERY_MS, signal);
      }
    },
  };
}

interface Outcome {
  readonly postgres: PostgresServer;
  readonly queue: OutageQueue;
  readonly sent: number;
}

interface Stored {
  readonly appended: number;
  /** Messages that were delivered again after they had been appended, and recognised. */
  readonly duplicates: number;
  readonly dead: number;
  readonly version: string;
}

/** Subjects are unique in the stream: a message is one of them. */
const COUNT = `
  select (select count(*) from ledger.events) as events,
         (select count(distinct subject) from ledger.events) as subjects,
         (select sum(next_offset) from ledger.partitions)::int8 as offsets,
         (select coalesce(sum(messages), 0) from ledger.intake where outcome = 'duplicate')::int8 as duplicates,
         current_setting('server_version') as version`;

async function expectAll({ postgres, queue, sent }: Outcome): Promise<Stored> {
  const dead = await queue.countDead();
  const { rows } = await withClient(postgres.url, (client) => client.query(COUNT));
  const [{ events, subjects, offsets, duplicates, version } = {}] = rows as Record<string, unknown>[];
  if (dead > 0) throw new VoidRun(`${dead} messages are dead letters`);
  for (const [what, count] of Object.entries({ events, subjects, offsets })) {
    if (Number(count) !== sent) throw new VoidRun(`the log has ${count} ${what} of ${sent} messages`);
  }
  return {
    appended: Number(events),
    duplicates: Number(duplicates),
    dead,
    version: String(version).split(' ')[0] ?? '',
  };
}

function messageFigures(counts: Omit<Stored, 'version'> & { readonly sent: number; readonly deliveriesMax: number }) {
  const { sent, appended, duplicates, dead, deliveriesMax } = counts;
  return [
    { metric: 'sent', value: sent, unit: 'messages' },
    { metric: 'appended', value: appended, unit: 'messages' },
    { metric: 'delivered again after the append', value: duplicates, unit: 'messages' },
    { metric: 'dead letters', value: dead, unit: 'messages' },
    { metric: 'deliveries of one message during the outage, most', value: deliveriesMax, unit: 'deliveries' },
  ];
}

const FULL_RATE = 'full rate before the outage';

function rateFigures(fullRate: number, { backlog, firstSeconds, emptySeconds, rate }: CatchUp): Figure[] {
  return [
    { metric: 'waiting when PostgreSQL was back', value: backlog, unit: 'messages' },
    { metric: 'back → first messages written', value: firstSeconds, unit: 's' },
    { metric: 'back → queue empty', value: emptySeconds, unit: 's' },
    { metric: FULL_RATE, value: fullRate, unit: 'messages/s' },
    { metric: 'catch-up ÷ full rate', value: rate, unit: 'messages/s', comparedWith: FULL_RATE },
  ];
}
