/**
 * Settled payouts on their way to merchants while a worker is killed every second and PostgreSQL is stopped in the
 * middle. Then everything is counted: what was owed against what arrived, and what arrived against its receipts.
 */
import { createEventLog, type IncomingEvent } from '@northwind/event-store';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { startPostgres } from '@northwind/testing';
import { VoidRun } from '../harness/benchmark.ts';
import { startProjector } from '../live/start-projector.ts';
import { withClient } from '../postgres/bench-server.ts';
import type { Child } from '../writer/run-child.ts';
import { migrateDeliveries, registerEndpoints, startWorker } from './delivery-stage.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { scheduleTransitions } from './schedule-transitions.ts';

export interface FaultsOptions {
  /** Each is a settled payout of its own. */
  readonly deliveries: number;
  readonly workers: number;
  readonly killEveryMs: number;
  readonly postgresStops: number;
  /** In [0, 1): which worker is struck. */
  readonly chance: () => number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface Faults {
  readonly killed: number;
  readonly postgresStops: number;
  readonly planned: number;
  /** Settled payouts of which no request arrived, or none was answered 2xx by the receipts. */
  readonly missing: number;
  readonly requests: number;
  /** Requests beyond the first with one `webhook-id`. */
  readonly repeated: number;
  /** Requests of a delivery that are more than its receipts tell of. */
  readonly unexplained: number;
  /** Receipts that lack a number before them, or that a delivery counts and that are not there. */
  readonly receiptsMissing: number;
  readonly receipts: number;
  readonly seconds: number;
}

/** A killed worker's claims keep their endpoints' slots for their lease: with few endpoints all would wait for it. */
const MERCHANTS = 500;
const APPEND_SIZE = 1_000;
const POSTGRES_AWAY_MS = 1_000;
const WATCH_MS = 200;
/** A killed worker's deliveries are sent again when their lease ends; the last ones may be killed twice. */
const END_TIMEOUT_MS = 900_000;

/** Or those that fail three times in a row would be waited for half an hour. */
const RETRY_SOON = `
  update delivery.endpoints set retry_policy = jsonb_build_object(
    'waits', jsonb_build_object('kind', 'exponential', 'baseMs', 1000, 'factor', 1, 'capMs', 1000),
    'windowMs', 86400000, 'jitter', 'full')`;

const DURABLE = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=512MB',
  'max_wal_size=4GB',
];

export async function measureFaults(options: FaultsOptions): Promise<Faults> {
  const { deliveries, postgresStops, signal, progress } = options;
  const server = await startPostgres({ settings: DURABLE });
  try {
    const { url } = server;
    await migrateDeliveries(url);
    await using receiver = await startReceiver(5);
    await registerEndpoints(url, MERCHANTS, (nth) => `${receiver.url}/${nth % 4 === 0 ? 'flaky' : nth}`, [
      'payout.settled',
    ]);
    await withClient(url, (client) => client.query(RETRY_SOON));
    await appendSettled(url, deliveries);
    await using _projector = await startProjector(url, signal);
    await using workers = startWorkers(url, options);
    const startMs = systemClock.monotonicMs();
    for (let stop = 1; stop <= postgresStops; stop += 1) {
      await whenFinished(url, Math.floor((deliveries * stop) / (postgresStops + 1)), signal);
      progress(`PostgreSQL stopped immediate (${stop} of ${postgresStops})`);
      await server.crash();
      await systemClock.sleep(POSTGRES_AWAY_MS, signal);
      await server.restart();
    }
    await whenFinished(url, deliveries, signal);
    const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
    await workers.stopStriking();
    return { ...(await count(url, receiver, deliveries)), killed: workers.killed(), postgresStops, seconds };
  } finally {
    await server.stop();
  }
}

/** Durable before anything is counted: payouts that are told initiated and settled. */
async function appendSettled(url: string, payouts: number): Promise<void> {
  await using database = openDatabase<unknown>({ url, applicationName: 'bench', connectionsMax: 2 });
  const log = createEventLog(database);
  const load = { ratePerSecond: payouts * 2, seconds: 1, merchants: MERCHANTS, startMs: systemClock.nowMs() - 60_000 };
  const events: IncomingEvent[] = scheduleTransitions({ ...load, name: 'f' }).map(({ event }) => ({
    event,
    messageId: null,
  }));
  for (let from = 0; from < events.length; from += APPEND_SIZE)
    await log.append(events.slice(from, from + APPEND_SIZE));
}

/** Workers, one of which is killed with -9 every so often and started again. */
function startWorkers(url: string, { workers: count, killEveryMs, chance, signal }: FaultsOptions) {
  const workers: Child[] = Array.from({ length: count }, () => startWorker(url));
  const stopping = new AbortController();
  let killed = 0;
  const strike = async () => {
    for (;;) {
      await systemClock.sleep(killEveryMs, AbortSignal.any([signal, stopping.signal]));
      const nth = Math.floor(chance() * count);
      await workers[nth]?.kill();
      killed += 1;
      workers[nth] = startWorker(url);
    }
  };
  const striking = strike().catch(() => undefined);
  const stopStriking = async () => {
    stopping.abort();
    await striking;
  };
  return {
    killed: () => killed,
    stopStriking,
    async [Symbol.asyncDispose]() {
      await stopStriking();
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}

async function whenFinished(url: string, deliveries: number, signal: AbortSignal): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + END_TIMEOUT_MS;
  for (;;) {
    const finished = await withClient(url, async (client) => {
      const { rows } = await client.query<{ n: bigint }>(
        `select count(*) as n from delivery.deliveries where state = 'delivered'`,
      );
      return Number(rows[0]?.n);
    }).catch(() => 0);
    if (finished >= deliveries) return;
    if (systemClock.monotonicMs() > deadlineMs)
      throw new VoidRun(`${finished} of ${deliveries} delivered, and no more`);
    await systemClock.sleep(WATCH_MS, signal);
  }
}

const ACCOUNTS = `
  select d.webhook_id as "webhookId", d.attempts_made as "attemptsMade", count(a.attempt)::int4 as receipts,
         coalesce(max(a.attempt), 0) as "lastAttempt",
         coalesce(bool_or(a.outcome = 'delivered'), false) as "isDelivered"
  from delivery.deliveries d left join delivery.attempts a using (delivery_id)
  group by d.delivery_id`;

async function count(url: string, receiver: Receiver, owed: number) {
  type Account = {
    webhookId: string;
    attemptsMade: number;
    receipts: number;
    lastAttempt: number;
    isDelivered: boolean;
  };
  const accounts = await withClient(url, async (client) => (await client.query<Account>(ACCOUNTS)).rows);
  const arrived = new Map<string, number>();
  const { ids } = await receiver.requests();
  for (const id of ids) arrived.set(id, (arrived.get(id) ?? 0) + 1);
  const known = new Set(accounts.map(({ webhookId }) => webhookId));
  const of = ({ webhookId }: Account) => arrived.get(webhookId) ?? 0;
  const sum = (pick: (account: Account) => number) => accounts.reduce((total, account) => total + pick(account), 0);
  return {
    planned: accounts.length,
    missing: owed - accounts.filter((account) => account.isDelivered && of(account) > 0).length,
    requests: ids.length,
    repeated: ids.length - arrived.size,
    unexplained:
      sum((account) => Math.max(0, of(account) - account.receipts)) + ids.filter((id) => !known.has(id)).length,
    receiptsMissing: sum(({ lastAttempt, attemptsMade, receipts }) => Math.max(lastAttempt, attemptsMade) - receipts),
    receipts: sum(({ receipts }) => receipts),
  };
}
