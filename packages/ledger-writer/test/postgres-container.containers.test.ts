/** The writer and a consumer beside a database whose machine is killed, frozen, cut off or full. */
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import {
  createConsumer,
  createDoorbell,
  createEventLog,
  DOORBELL_LEDGER,
  ledgerMigrations,
  logSource,
  readIntake,
} from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { paymentCaptured, toJson } from '@northwind/events';
import { createHealth, type Health, migrate, openDatabase, type Service, systemClock } from '@northwind/service-kit';
import { eventually, type SqsServer, silentLogger, startSqs } from '@northwind/testing';
import { type PostgresContainer, startPostgresContainer } from '@northwind/testing/containers';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMessageQueue, createWriter } from '../src/index.ts';

const EVENTS = 3_000;
const AGAIN = 300;
const VISIBILITY_SECONDS = 5;
const GROUP = 'witness';
const ARRIVAL = { timeoutMs: 150_000, intervalMs: 250 };

let postgres: PostgresContainer;
let sqs: SqsServer;
let queueUrl: string;
let database: ReturnType<typeof openDatabase<LedgerTables>>;
let services: Service[];
let health: Health;

async function begin(options: Parameters<typeof startPostgresContainer>[0] = {}): Promise<void> {
  postgres = await startPostgresContainer(options);
  await migrate(postgres.url, [ledgerMigrations]);
  const limits = { statementMs: 10_000 };
  database = openDatabase({ url: postgres.url, applicationName: 'container test', connectionsMax: 12, limits });
  await database.pool.query('create table seen (partition int2 not null, "offset" int8 not null)');
  const logger = silentLogger();
  const nowMs = systemClock.nowMs;
  health = createHealth(['log', 'queue']);
  const writer = createWriter({
    log: createEventLog(database),
    doorbell: createDoorbell({ database, channel: DOORBELL_LEDGER, logger }),
    queue: createMessageQueue({ client: sqs.client, queueUrl, visibilitySeconds: VISIBILITY_SECONDS, nowMs }),
    clock: systemClock,
    logger,
    health,
    receivers: 4,
    batchSizeMax: 100,
    flushMs: 5,
    inHandMax: 500,
    visibilitySeconds: VISIBILITY_SECONDS,
  });
  const consumer = createConsumer({
    database,
    group: GROUP,
    source: logSource,
    doorbell: DOORBELL_LEDGER,
    logger,
    clock: systemClock,
    batchSizeMax: 100,
    apply: async (trx, { slices }) => {
      const items = slices.flatMap((slice) => slice.items);
      const partitions = items.map(({ partition }) => partition);
      const offsets = items.map(({ offset }) => String(offset));
      await sql`insert into seen select * from unnest(${partitions}::int2[], ${offsets}::int8[])`.execute(trx);
    },
  });
  services = [writer, consumer];
  for (const service of services) await service.start();
}

beforeEach(async () => {
  services = [];
  sqs = await startSqs();
  queueUrl = await sqs.createQueue('events', { VisibilityTimeout: String(VISIBILITY_SECONDS) });
});

afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await sqs.stop();
  await database.close();
  await postgres.stop();
});

const body = (n: number) =>
  toJson(
    paymentCaptured({
      paymentId: `pay_${n}`,
      merchantId: `mer_${n % 50}`,
      amount: 100 + n,
      fee: 1,
      currency: 'EUR',
      time: '2026-11-20T06:00:00Z',
    }),
  );

async function send(from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 10) {
    const numbers = Array.from({ length: Math.min(10, to - at) }, (_, n) => at + n);
    const Entries = numbers.map((n) => ({ Id: String(n), MessageBody: body(n % EVENTS) }));
    await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

async function count(query: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(`select (${query})::int4 as count`);
  return rows[0]?.count ?? 0;
}

async function countMessages(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const asked = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] });
  const { Attributes } = await sqs.client.send(asked);
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

/** Sends while the trouble comes and goes; then each event is in the log once, and the consumer has seen it once. */
async function during(trouble: () => Promise<void>): Promise<void> {
  await send(0, EVENTS / 2);
  await eventually(async () => expect(await count('select count(*) from ledger.events')).toBeGreaterThan(0), ARRIVAL);
  await Promise.all([send(EVENTS / 2, EVENTS + AGAIN), trouble()]);
  await eventually(async () => {
    expect(await count('select count(*) from ledger.events')).toBe(EVENTS);
    expect(await countMessages()).toBe(0);
    expect(await count('select count(*) from seen')).toBe(EVENTS);
  }, ARRIVAL);
  expect(await count('select count(distinct subject) from ledger.events')).toBe(EVENTS);
  expect(await count('select sum(next_offset) from ledger.partitions')).toBe(EVENTS);
  expect(await count('select count(*) from (select distinct * from seen) s')).toBe(EVENTS);
  const tallies = Object.fromEntries((await readIntake(database.db)).map((row) => [row.outcome, Number(row.messages)]));
  expect(tallies.appended).toBe(EVENTS);
  expect(tallies.duplicate).toBeGreaterThanOrEqual(AGAIN);
  expect(Object.keys(tallies).toSorted()).toEqual(['appended', 'duplicate']);
}

describe('a database whose machine', () => {
  test('is killed with -9, three times: nothing lost, nothing doubled', async () => {
    await begin();
    await during(async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await postgres.kill();
        await postgres.start();
        await systemClock.sleep(500);
      }
    });
  });

  test('is frozen for longer than messages stay away: nothing lost, nothing doubled', async () => {
    await begin();
    await during(async () => {
      await postgres.pause();
      await systemClock.sleep((VISIBILITY_SECONDS + 2) * 1_000);
      await postgres.unpause();
    });
  });

  test('is cut off from the network for a while: nothing lost, nothing doubled', async () => {
    await begin();
    await during(async () => {
      await postgres.disconnect();
      await systemClock.sleep((VISIBILITY_SECONDS + 2) * 1_000);
      await postgres.reconnect();
    });
  });

  test('has no room left on its disk for a while: nothing lost, nothing doubled', async () => {
    await begin({ diskMegabytes: 192 });
    await during(async () => {
      await postgres.fillDisk();
      await eventually(() => expect(health.ready()).toBe(false), ARRIVAL);
      await systemClock.sleep((VISIBILITY_SECONDS + 2) * 1_000);
      await postgres.freeDisk();
      await postgres.start(); // without room for its own log PostgreSQL ends, and whoever runs it starts it again
    });
  });
});
