/** A migrated database with merchants' endpoints, and the processes that bring transitions to them. */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { migrate, openDatabase, randomBytes } from '@northwind/service-kit';
import { deliveryMigrations, registerEndpoint, type WebhookDatabase, WORKER_MEMORY } from '@northwind/webhooks';
import { merchantName } from '../e2e/schedule-events.ts';
import { startProjector } from '../live/start-projector.ts';
import { type Child, runChild } from '../writer/run-child.ts';

export const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
const WORKER = new URL('./worker-process.ts', import.meta.url);

export const migrateDeliveries = async (url: string) =>
  void (await migrate(url, [ledgerMigrations, readMigrations, deliveryMigrations]));

/** One endpoint a merchant, for what this benchmark's payouts do; `urlOf` the nth merchant. Returns their ids. */
export async function registerEndpoints(
  url: string,
  merchants: number,
  urlOf: (nth: number) => string,
  eventTypes: readonly string[] = ['payout.initiated', 'payout.settled'],
): Promise<string[]> {
  await using database = openDatabase<WebhookDatabase>({ url, applicationName: 'bench', connectionsMax: 2 });
  const means = { secretsKey: SECRETS_KEY, allowInsecureTargets: true, randomBytes };
  const endpointIds: string[] = [];
  for (let nth = 0; nth < merchants; nth += 1) {
    const wish = { merchantId: merchantName(nth), url: urlOf(nth), eventTypes };
    const result = await registerEndpoint(database.db, wish, means);
    if (!result.ok) throw new Error(`${result.problem.field} ${result.problem.message}`);
    endpointIds.push(result.endpoint.endpointId);
  }
  return endpointIds;
}

/** A projector and a webhook worker, each in a process of its own. */
export async function startProcesses(url: string, signal: AbortSignal): Promise<AsyncDisposable & { worker: Child }> {
  const projector = await startProjector(url, signal);
  const worker = startWorker(url);
  return {
    worker,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await projector[Symbol.asyncDispose]();
    },
  };
}

export function startWorker(url: string): Child {
  return runChild(WORKER, {
    ...WORKER_MEMORY,
    DATABASE_URL: url,
    SETTLEMENT_SECRETS_KEY: SECRETS_KEY,
    SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: 'true',
    SETTLEMENT_LOG_LEVEL: 'error',
  });
}
