/** A database with log, read models and deliveries, a real projector, and workers of the test's own. */
import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { type CloudEvent, parseEvent, payoutInitiated, payoutSettled, toJson } from '@northwind/events';
import { createProjector, readMigrations } from '@northwind/projector';
import { type Logger, openDatabase, randomBytes, type Service, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, testDatabase } from '@northwind/testing';
import { Client } from 'pg';
import { Webhook } from 'standardwebhooks';
import { createWebhookWorker, type WebhookWorkerOptions } from '../src/create-webhook-worker.ts';
import { registerEndpoint } from '../src/endpoints/register-endpoint.ts';
import { deliveryMigrations } from '../src/migrations.ts';
import type { WebhookDatabase } from '../src/planning/create-planner.ts';
import type { Delivery } from '../src/receipts/delivery.ts';
import { listDeliveries } from '../src/receipts/list-deliveries.ts';

export const MERCHANT = 'mer_001';
export const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
const TIME = '2026-11-22T06:00:00.000000Z';

export type Stage = Awaited<ReturnType<typeof openStage>>;
export type WorkerWish = Partial<WebhookWorkerOptions>;

export async function openStage() {
  const test = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const database = openDatabase<WebhookDatabase>({
    url: test.url,
    applicationName: 'webhooks test',
    connectionsMax: 20,
    pipeline: true,
  });
  const { db } = database;
  // Workers have what their role has and no more; so has whoever registers endpoints. The tests look on as the owner.
  const as = async (role: string, applicationName: string) =>
    openDatabase<WebhookDatabase>({ url: await test.login(role), applicationName, connectionsMax: 20 });
  const workers = await as('settlement_webhooks', 'webhooks test');
  const api = await as('settlement_api', 'api of webhooks test');
  const logger = silentLogger();
  const log = createEventLog(database);
  const projector = createProjector({ database, logger, clock: systemClock });
  const services: Service[] = [projector];
  await projector.start();

  async function append(events: readonly CloudEvent[]): Promise<void> {
    const parsed = events.map((event) => {
      const result = parseEvent(toJson(event), { receivedAtMs: Date.parse(TIME) });
      if (!result.ok) throw new Error(`${result.rejection.field} ${result.rejection.message}`);
      return { event: result.event, messageId: null };
    });
    await log.append(parsed);
  }

  return {
    url: test.url,
    database,
    db,
    /** A session of the owner's. */
    async connect() {
      const client = new Client(test.url);
      await client.connect();
      return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
    },
    /** With what its role has and no more. */
    workers,
    api,
    append,
    stopProjector: () => projector.stop(),
    settle: (payoutIds: readonly string[], merchantId = MERCHANT) =>
      append(payoutIds.flatMap((id) => settled(id, merchantId))),

    async startWorker(wish: WorkerWish & { readonly logger?: Logger } = {}): Promise<Service> {
      const worker = createWebhookWorker({
        database: workers,
        secretsKey: SECRETS_KEY,
        allowInsecureTargets: true,
        logger,
        clock: systemClock,
        ...wish,
      });
      services.push(worker);
      await worker.start();
      return worker;
    },

    async register(url: string, eventTypes?: readonly string[], merchantId = MERCHANT) {
      const options = { secretsKey: SECRETS_KEY, allowInsecureTargets: true, randomBytes };
      const result = await registerEndpoint(api.db, { merchantId, url, ...(eventTypes && { eventTypes }) }, options);
      if (!result.ok) throw new Error(`${result.problem.field} ${result.problem.message}`);
      return result;
    },

    deliveries: (merchantId = MERCHANT) => listDeliveries(db, { merchantId, limit: 200 }),

    /** Resolves with the merchant's deliveries once there are so many and every one passes. */
    async whenDeliveries(count: number, passes: (delivery: Delivery) => boolean, timeoutMs = 10_000) {
      let seen: Delivery[] = [];
      const describe = () => `${count} such deliveries, there are ${JSON.stringify(seen.map(summary))}`;
      await eventually(
        async () => {
          seen = await listDeliveries(db, { merchantId: MERCHANT, limit: 200 });
          return seen.length === count && seen.every(passes);
        },
        { timeoutMs, describe },
      );
      return seen;
    },

    /** Resolves when the projector has come as far as the log. */
    async projected(): Promise<void> {
      await eventually(async () => {
        const { rows } = await database.pool.query(
          `select from ledger.consumer_offsets o join ledger.partitions p using (partition)
           where o.consumer_group like 'read_%' and o.next_offset < p.next_offset`,
        );
        return rows.length === 0;
      });
    },

    /** Resolves when the planners have come as far as the projector, and that as far as the log. */
    async planned(): Promise<void> {
      await eventually(async () => {
        const behind = await db
          .selectFrom('ledger.consumer_offsets as o')
          .innerJoin('ledger.partitions as p', 'p.partition', 'o.partition')
          .leftJoin('read.generations as g', 'g.consumer_group', 'o.consumer_group')
          .whereRef('o.next_offset', '<', 'p.next_offset')
          // Nobody moves a generation on that has given way.
          .where((eb) => eb.or([eb('g.status', 'is', null), eb('g.status', '<>', 'retired')]))
          .select('o.partition')
          .execute();
        return behind.length === 0;
      });
    },

    async [Symbol.asyncDispose]() {
      for (const service of services.reverse()) await service.stop();
      for (const pool of [workers, api, database]) await pool.close();
      await test.drop();
    },
  };
}

export function settled(payoutId: string, merchantId = MERCHANT): CloudEvent[] {
  const common = { payoutId, merchantId, time: TIME, amount: 12_345, currency: 'EUR' };
  return [
    payoutInitiated({ ...common, method: 'instant', destination: '•••• 4242' }),
    payoutSettled({ ...common, railReference: `rail_${payoutId}` }),
  ];
}

/** Throws unless an independent verifier takes it; returns the body. */
export function verify(
  request: { readonly rawBody: Buffer; readonly headers: Record<string, string> },
  secret: string,
) {
  return new Webhook(secret).verify(request.rawBody.toString('utf8'), request.headers) as Record<string, unknown>;
}

const summary = ({ state, attempts }: Delivery) => ({ state, attempts: attempts.map(({ outcome }) => outcome) });
