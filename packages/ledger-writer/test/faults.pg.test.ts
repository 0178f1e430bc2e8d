/** The writer beside everything that SQS, the network and the database do to it: each event once, the books balance. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { createDoorbell, createEventLog, DOORBELL_LEDGER, ledgerMigrations, readIntake } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { paymentCaptured, toJson } from '@northwind/events';
import { createHealth, openDatabase, type Service, systemClock } from '@northwind/service-kit';
import {
  eventually,
  type SqsServer,
  silentLogger,
  startSqs,
  type TestDatabase,
  testDatabase,
} from '@northwind/testing';
import {
  createProcessKiller,
  type FaultySqsClient,
  injectSqsFaults,
  type SqsFault,
  type SqsFaultOptions,
  startTcpProxy,
  type TcpProxy,
} from '@northwind/testing/faults';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMessageQueue, createWriter } from '../src/index.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const VISIBILITY_SECONDS = 3;
const EVENTS = 400;
const AGAIN = 80;
const ARRIVAL = { timeoutMs: 60_000, intervalMs: 100 };

let database: TestDatabase;
let sqs: SqsServer;
let queueUrl: string;
let ledger: ReturnType<typeof openDatabase<LedgerTables>>;
let deadLettersUrl: string;

beforeEach(async () => {
  database = await testDatabase([ledgerMigrations]);
  sqs = await startSqs();
  deadLettersUrl = await sqs.createQueue('dead');
  queueUrl = await sqs.createQueue('events', {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead',
      maxReceiveCount: 50,
    }),
  });
  ledger = openDatabase({ url: database.url, applicationName: 'faults test', connectionsMax: 8 });
});

afterEach(async () => {
  await sqs.stop();
  await ledger.close();
  await database.drop();
});

const body = (n: number) =>
  toJson(
    paymentCaptured({
      paymentId: `pay_${n}`,
      merchantId: `mer_${n % 20}`,
      amount: 100 + n,
      fee: 1,
      currency: 'EUR',
      time: '2026-11-20T06:00:00Z',
    }),
  );

/** Events, some of them a second time. */
async function send(client: Pick<FaultySqsClient, 'send'> = sqs.client): Promise<void> {
  const bodies = Array.from({ length: EVENTS + AGAIN }, (_, n) => body(n % EVENTS));
  for (let at = 0; at < bodies.length; at += 10) {
    const Entries = bodies.slice(at, at + 10).map((MessageBody, n) => ({ Id: String(n), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

async function start(client: Pick<FaultySqsClient, 'send'>): Promise<Service> {
  const writer = createWriter({
    log: createEventLog(ledger),
    doorbell: createDoorbell({ database: ledger, channel: DOORBELL_LEDGER, logger: silentLogger() }),
    queue: createMessageQueue({ client, queueUrl, visibilitySeconds: VISIBILITY_SECONDS, nowMs: systemClock.nowMs }),
    clock: systemClock,
    logger: silentLogger(),
    health: createHealth(),
    receivers: 4,
    batchSizeMax: 50,
    flushMs: 5,
    inHandMax: 200,
    visibilitySeconds: VISIBILITY_SECONDS,
  });
  await writer.start();
  return writer;
}

async function countMessages(url: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

async function countEvents(): Promise<number> {
  const { rows } = await ledger.pool.query<{ events: number }>('select count(*)::int4 as events from ledger.events');
  return rows[0]?.events ?? 0;
}

/** Waits until the queue is empty; then each event is in the log once and every delivery is accounted for. */
async function expectEachOnce(arrival = ARRIVAL): Promise<void> {
  await eventually(
    async () => expect([await countEvents(), await countMessages(queueUrl)]).toEqual([EVENTS, 0]),
    arrival,
  );
  const { rows } = await ledger.pool.query(
    `select count(distinct subject)::int4 as subjects, (select sum(next_offset)::int4 from ledger.partitions) as heads
     from ledger.events`,
  );
  expect(rows).toEqual([{ subjects: EVENTS, heads: EVENTS }]);
  const tallies = Object.fromEntries((await readIntake(ledger.db)).map((row) => [row.outcome, Number(row.messages)]));
  expect(tallies.appended).toBe(EVENTS);
  expect(tallies.duplicate).toBeGreaterThanOrEqual(AGAIN);
  expect(Object.keys(tallies).toSorted()).toEqual(['appended', 'duplicate']);
  expect(await countMessages(deadLettersUrl)).toBe(0);
}

const EVERYTHING: SqsFaultOptions['chances'] = {
  duplicate: 0.1,
  lostAck: 0.1,
  throttle: 0.1,
  partial: 0.1,
  delay: 0.2,
};
const FAULTS: readonly (readonly [string, SqsFault[], Partial<SqsFaultOptions>])[] = [
  ['messages delivered twice', ['duplicate'], { chances: { duplicate: 0.3 } }],
  ['deletions whose answer is lost', ['lostAck'], { chances: { lostAck: 0.4 } }],
  ['throttling', ['throttle'], { chances: { throttle: 0.3 } }],
  ['batches that fail in part', ['partial'], { chances: { partial: 0.3 } }],
  ['calls that take long', ['delay'], { chances: { delay: 0.5 }, delayMsMax: 300 }],
  ['long polls that are never answered', ['stall'], { chances: { stall: 1 }, atMost: { stall: 3 }, stallMs: 1_000 }],
  ['all of that at once', ['duplicate', 'lostAck', 'throttle', 'partial', 'delay'], { chances: EVERYTHING }],
];

describe('the writer and a queue with', () => {
  test.each(FAULTS)('%s: each event once', { timeout: 90_000 }, async (_, kinds, options) => {
    const client = injectSqsFaults(sqs.client, { seed: 'writer', chances: {}, ...options });
    await send();
    const writer = await eventually(() => start(client)); // its first look at the queue may meet a fault too
    try {
      await expectEachOnce();
      for (const kind of kinds) expect(client.counts[kind], kind).toBeGreaterThan(0);
    } finally {
      await writer.stop();
    }
  });
});

describe('the writer and a network that', () => {
  const writers: ChildProcess[] = [];
  const killer = createProcessKiller();
  let toDatabase: TcpProxy;
  let toQueue: TcpProxy;

  beforeEach(async () => {
    toDatabase = await startTcpProxy({ port: Number(new URL(database.url).port) });
    toQueue = await startTcpProxy({ port: Number(new URL(sqs.endpoint).port) });
  });

  afterEach(async () => {
    for (const index of writers.keys()) await killer.kill(`writer ${index}`);
    writers.length = 0;
    await toDatabase.stop();
    await toQueue.stop();
  });

  /** A writer as production runs it, with proxies on both of its ways. */
  function spawnWriter(): string {
    const through = (url: string, proxy: TcpProxy) => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`);
    const env = {
      PATH: '/usr/bin:/bin',
      DATABASE_URL: through(database.url, toDatabase),
      SQS_EVENTS_URL: through(queueUrl, toQueue).replace(/\/\/[^/]*/, `//127.0.0.1:${toQueue.port}`),
      SQS_ENDPOINT: `http://127.0.0.1:${toQueue.port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      SETTLEMENT_LOG_LEVEL: 'fatal',
      SETTLEMENT_WRITER_VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
    };
    const name = `writer ${writers.length}`;
    const writer = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
    killer.add(name, writer);
    writers.push(writer);
    return name;
  }

  const someAreThere = () => eventually(async () => expect(await countEvents()).toBeGreaterThan(0), ARRIVAL);

  /** Sent in two halves, so that the trouble comes while there is something to lose. */
  async function during(trouble: () => Promise<void>): Promise<void> {
    toQueue.limit(400_000); // so that it takes a moment
    await send();
    await someAreThere();
    await trouble();
    await toDatabase.heal();
    await toQueue.heal();
    await expectEachOnce();
  }

  test('cuts the connections to the database again and again: each event once', { timeout: 90_000 }, async () => {
    spawnWriter();
    let cuts = 0;
    await during(async () => {
      for (let turn = 0; turn < 10; turn += 1) {
        cuts += toDatabase.cut();
        await systemClock.sleep(60);
      }
    });
    expect(cuts).toBeGreaterThan(1);
  });

  test('cuts the connections to the queue again and again: each event once', { timeout: 90_000 }, async () => {
    spawnWriter();
    await during(async () => {
      for (let turn = 0; turn < 10; turn += 1) {
        toQueue.cut();
        await systemClock.sleep(60);
      }
    });
  });

  test('refuses connections to the database for longer than messages stay away: each event once', {
    timeout: 90_000,
  }, async () => {
    spawnWriter();
    await during(async () => {
      await toDatabase.refuse();
      await systemClock.sleep((VISIBILITY_SECONDS + 1) * 1_000);
    });
  });

  // The client gives a silent connection up after 25 s. It has others by then, idle ones, which are as dead.
  test('swallows the answer of a long poll: the writer gives it up and all its connections, and asks again', {
    timeout: 90_000,
  }, async () => {
    spawnWriter();
    await send();
    await expectEachOnce();
    await systemClock.sleep(1_000); // by now it waits for messages
    expect(toQueue.connections()).toBeGreaterThan(3);
    toQueue.halfOpen('in');
    await send();
    await expectEachOnce({ ...ARRIVAL, timeoutMs: 45_000 });
  });

  test('swallows everything on both ways for a while: each event once', { timeout: 90_000 }, async () => {
    spawnWriter();
    await during(async () => {
      toDatabase.stall();
      toQueue.stall();
      await systemClock.sleep((VISIBILITY_SECONDS + 1) * 1_000);
    });
  });

  test('loses the answers of the database, and then the connections: each event once', {
    timeout: 90_000,
  }, async () => {
    spawnWriter();
    await during(async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        toDatabase.halfOpen('in'); // what is under way commits, and nobody is told
        await systemClock.sleep(300);
        toDatabase.cut();
        await systemClock.sleep(300);
      }
    });
  });

  test('is whole while writers are killed with -9 or frozen beyond their time: each event once', {
    timeout: 90_000,
  }, async () => {
    const sleeper = spawnWriter();
    await during(async () => {
      killer.pause(sleeper);
      toQueue.limit(15_000); // so that there is enough left for both
      for (let turn = 0; turn < 2; turn += 1) {
        const before = await countEvents();
        const victim = spawnWriter();
        await eventually(async () => expect(await countEvents()).toBeGreaterThan(before), ARRIVAL);
        toDatabase.stall(); // what it receives from here on it can't write, so it must not delete it
        await systemClock.sleep(500);
        await killer.kill(victim);
        await toDatabase.heal();
      }
      spawnWriter();
      killer.resume(sleeper);
    });
  });
});
