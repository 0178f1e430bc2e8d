/**
 * As fast as it goes, against one receiver that answers at once: the webhook worker with a backlog, beside bare undici
 * without any queue, and graphile-worker at its defaults with the same POST as its task, which keeps no receipts.
 */
import { createLogger, openDatabase, systemClock } from '@northwind/service-kit';
import { createWebhookWorker, type WebhookDatabase, WORKER_SESSIONS } from '@northwind/webhooks';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { Pool } from 'undici';
import { VoidRun } from '../harness/benchmark.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { countRows, withClient } from '../postgres/bench-server.ts';
import { registerEndpoints, SECRETS_KEY } from './delivery-stage.ts';
import { BODY, fillBacklog } from './fill-backlog.ts';
import { startReceiver } from './receiver.ts';

/** As graphile-worker's in the published comparison. */
const IN_FLIGHT = 32;
const ENDPOINTS = 32;
const LOOK_MS = 5;
const SECONDS = { measured: 4, warmUp: 1 };

/** Deliveries a second, from the worker's start to the last receipt. `url`: a migrated database. */
export async function measureWorker(url: string, deliveries: number, signal: AbortSignal): Promise<number> {
  await using receiver = await startReceiver(0);
  await registerEndpoints(url, ENDPOINTS, (nth) => `${receiver.url}/${nth}`);
  await fillBacklog(url, deliveries);
  await using database = openDatabase<WebhookDatabase>({
    url,
    applicationName: 'bench worker',
    connectionsMax: 6,
    ...WORKER_SESSIONS,
  });
  const worker = createWebhookWorker({
    database,
    secretsKey: SECRETS_KEY,
    allowInsecureTargets: true,
    logger: createLogger({ name: 'bench', level: 'error' }),
    clock: systemClock,
  });
  const startMs = systemClock.monotonicMs();
  await worker.start();
  await whenEmpty(url, 'delivery.queue', signal);
  const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
  await worker.stop();
  const receipts = await countRows(url, 'delivery.attempts');
  const { ids } = await receiver.requests();
  if (receipts !== deliveries || ids.length !== deliveries || new Set(ids).size !== deliveries) {
    throw new VoidRun(`${deliveries} deliveries left ${receipts} receipts and ${ids.length} requests`);
  }
  return deliveries / seconds;
}

/** POSTs a second. */
export async function measureUndici(signal: AbortSignal): Promise<number> {
  await using receiver = await startReceiver(0);
  await using pool = poolTo(receiver.url);
  const loop = { lanes: IN_FLIGHT, seconds: SECONDS.measured, warmUpSeconds: SECONDS.warmUp, signal };
  const { rate, total } = await closedLoop(async () => {
    await pool.post(BODY);
    return 1;
  }, loop);
  const { ids } = await receiver.requests();
  if (ids.length !== total) throw new VoidRun(`${total} POSTs, ${ids.length} arrived`);
  return rate;
}

/** Jobs a second, from its start until the last job is gone from its table. `url`: an empty database. */
export async function measureGraphile(url: string, jobs: number, signal: AbortSignal): Promise<number> {
  await using receiver = await startReceiver(0);
  await using pool = poolTo(receiver.url);
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  for (let added = 0; added < jobs; added += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, jobs - added) }, (_, n) => ({
      identifier: 'webhook',
      payload: JSON.parse(BODY.replace('po_n', `po_${added + n}`)) as object,
    }));
    await utils.addJobs(batch);
  }
  await utils.release();
  await withClient(url, (client) => client.query('analyze'));
  const startMs = systemClock.monotonicMs();
  const runner = await run({
    logger,
    noHandleSignals: true,
    preset: { worker: { connectionString: url, concurrentJobs: IN_FLIGHT, maxPoolSize: IN_FLIGHT + 1 } },
    taskList: { webhook: (payload: unknown) => pool.post(JSON.stringify(payload)) },
  });
  await whenEmpty(url, 'graphile_worker._private_jobs', signal);
  const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
  await runner.stop();
  const { ids } = await receiver.requests();
  if (ids.length !== jobs) throw new VoidRun(`${jobs} jobs, ${ids.length} requests`);
  return jobs / seconds;
}

function poolTo(origin: string) {
  const pool = new Pool(origin, { connections: IN_FLIGHT, pipelining: 1, keepAliveTimeout: 60_000 });
  return {
    async post(body: string): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const response = await pool.request({ path: '/hook', method: 'POST', headers, body });
      await response.body.dump();
      if (response.statusCode !== 204) throw new Error(`status ${response.statusCode}`);
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

async function whenEmpty(url: string, table: string, signal: AbortSignal): Promise<void> {
  await withClient(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ left: boolean }>(`select exists (select from ${table}) as left`);
      if (rows[0]?.left === false) return;
      await systemClock.sleep(LOOK_MS, signal);
    }
  });
}
