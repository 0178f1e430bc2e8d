/**
 * `pnpm bench e2e`: the whole system in a folder of its own, events sent at a fixed rate (open loop), and for each
 * event the time from its scheduled send to the committed event, the websocket message and the webhook POST. Sender,
 * receivers and clock are this one process, so no two clocks are compared. Anything missing or doubled voids the run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerTables } from '@northwind/event-store/tables';
import { type RunningStack, startStack } from '@northwind/local';
import { type Database, openDatabase, randomBytes, systemClock } from '@northwind/service-kit';
import { registerEndpoint } from '@northwind/webhooks';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { isComplete, type Latencies, measureLatencies } from './measure-latencies.ts';
import { newObservations, type Observations } from './observations.ts';
import { receiveWebhooks } from './receive-webhooks.ts';
import { merchantName, type ScheduledEvent, scheduleEvents } from './schedule-events.ts';
import { sendOnSchedule } from './send-on-schedule.ts';
import { type LogWatcher, watchLog } from './watch-log.ts';
import { watchStreams } from './watch-streams.ts';

export const endToEnd: Benchmark = {
  name: 'e2e',
  summary: 'send → committed, → websocket, → webhook, at a fixed rate through the whole system',
  runs: 3,
  parameters: { rate: 300, seconds: 60, merchants: 50 },
  run,
};

/** Events sent before the clock counts: every process has compiled its code by then. */
const WARM_UP_SECONDS = 5;
/** What has not arrived this long after the last send is missing. */
const GRACE_MS = 30_000;

async function run(context: RunContext): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'settlement-bench-'));
  context.progress('starting the system');
  const stack = await startStack({ folder, signal: context.signal });
  const database = openDatabase<LedgerTables>({
    url: stack.urls.databaseUrl,
    applicationName: 'settlement-bench',
    connectionsMax: 4,
  });
  try {
    return await measure({ stack, database, context });
  } finally {
    await database.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Bench {
  readonly stack: RunningStack;
  readonly database: Database<LedgerTables>;
  readonly context: RunContext;
}

async function measure({ stack, database, context }: Bench): Promise<RunResult> {
  const { rate = 0, seconds = 0, merchants: count = 0 } = context.parameters;
  const seen = newObservations();
  const merchants = Array.from({ length: count }, (_, n) => merchantName(n));
  const receiver = await receiveWebhooks(seen);
  await registerEndpoints(stack, database, { merchants, url: receiver.url });
  const log = watchLog(database);
  await log.start();
  const closeStreams = await watchStreams({ apiUrl: stack.urls.api, apiKey: stack.keys.operator, merchants }, seen);
  try {
    const options = { ratePerSecond: rate, seconds: seconds + WARM_UP_SECONDS, merchants: count };
    const schedule = scheduleEvents({ ...options, startMs: systemClock.nowMs() });
    const startMs = systemClock.monotonicMs() + 500;
    context.progress(`sending ${schedule.length} events at ${rate} a second`);
    const { queueEndpoint: endpoint, eventsQueueUrl: queueUrl } = stack.urls;
    await sendOnSchedule(schedule, { endpoint, queueUrl, startMs, signal: context.signal });
    await untilComplete(schedule, seen, log);
    return await result({ schedule, seen, startMs }, { stack, database, context });
  } finally {
    closeStreams();
    await log.stop();
    receiver.close();
  }
}

async function registerEndpoints(
  stack: RunningStack,
  database: Database<LedgerTables>,
  { merchants, url }: { readonly merchants: readonly string[]; readonly url: string },
): Promise<void> {
  for (const merchantId of merchants) {
    const means = { secretsKey: stack.secretsKey, allowInsecureTargets: true, randomBytes };
    const registered = await registerEndpoint(database.db as never, { merchantId, url }, means);
    if (!registered.ok) throw new Error(`no endpoint for ${merchantId}: ${registered.problem.message}`);
  }
}

async function untilComplete(schedule: readonly ScheduledEvent[], seen: Observations, log: LogWatcher): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + GRACE_MS;
  do {
    await systemClock.sleep(1_000);
    await log.readEventsInto(seen);
  } while (!isComplete(schedule, seen) && systemClock.monotonicMs() < deadlineMs);
}

interface Measured {
  readonly schedule: readonly ScheduledEvent[];
  readonly seen: Observations;
  readonly startMs: number;
}

async function result({ schedule, seen, startMs }: Measured, { stack, database }: Bench): Promise<RunResult> {
  const all = measureLatencies(schedule, seen, startMs);
  const counted = schedule.filter(({ atMs }) => atMs >= WARM_UP_SECONDS * 1000);
  const { rows } = await database.pool.query<{ server_version: string }>('show server_version');
  return {
    figures: [...latencyFigures(measureLatencies(counted, seen, startMs)), ...memoryFigures(stack)],
    versions: { postgresql: rows[0]?.server_version ?? 'unknown' },
    ...(all.missing.length > 0 && { voidBecause: all.missing.join('; ') }),
  };
}

function latencyFigures({ commitMs, websocketMs, webhookMs }: Latencies): Figure[] {
  const stages = { committed: commitMs, websocket: websocketMs, webhook: webhookMs };
  return Object.entries(stages).flatMap(([stage, values]) => [
    { metric: `${stage} p50`, value: quantile(values, 0.5), unit: 'ms' },
    { metric: `${stage} p99`, value: quantile(values, 0.99), unit: 'ms' },
    { metric: `${stage} max`, value: quantile(values, 1), unit: 'ms' },
    { metric: `${stage} measured`, value: values.length, unit: 'events' },
  ]);
}

function memoryFigures(stack: RunningStack): Figure[] {
  return stack
    .children()
    .filter((child) => child.pid !== null)
    .map(({ name, pid }) => ({ metric: `peak memory of ${name}`, value: peakMemoryMib(pid ?? 0), unit: 'MiB' }));
}
