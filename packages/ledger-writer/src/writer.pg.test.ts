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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMessageQueue, type MessageQueue } from './queue/message-queue.ts';
import { createWriter, type WriterOptions } from './writer.ts';

const VISIBILITY_SECONDS = 3;

describe('ledger-writer', () => {
  let test: TestDatabase;
  let sqs: SqsServer;
  let queueUrl: string;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let running: Service[] = [];

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    sqs = await startSqs();
    queueUrl = await sqs.createQueue('settlement-events');
    database = openDatabase({ url: test.url, applicationName: 'writer test', connectionsMax: 8 });
  });
  afterEach(async () => {
    await Promise.all(running.map((service) => service.stop()));
    running = [];
    await sqs.stop();
    await database.close();
    await test.drop();
  });

  const body = (n: number, over: { amount?: number } = {}) =>
    toJson(
      paymentCaptured({
        paymentId: `pay_${n}`,
        merchantId: `mer_${n % 20}`,
        amount: over.amount ?? 100 + n,
        fee: 1,
        currency: 'EUR',
        time: '2026-11-20T06:00:00Z',
      }),
    );

  async function send(bodies: readonly string[]): Promise<void> {
    for (let i = 0; i < bodies.length; i += 10) {
      const Entries = bodies.slice(i, i + 10).map((MessageBody, n) => ({ Id: String(n), MessageBody }));
      await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  }

  const realQueue = (): MessageQueue =>
    createMessageQueue({
      client: sqs.client,
      queueUrl,
      visibilitySeconds: VISIBILITY_SECONDS,
      nowMs: systemClock.nowMs,
    });

  async function write(over: Partial<WriterOptions> = {}): Promise<Service> {
    const writer = createWriter({
      log: createEventLog(database),
      doorbell: createDoorbell({ database, channel: DOORBELL_LEDGER, logger: silentLogger() }),
      queue: realQueue(),
      clock: systemClock,
      logger: silentLogger(),
      health: createHealth(),
      receivers: 4,
      batchSizeMax: 100,
      flushMs: 5,
      inHandMax: 500,
      visibilitySeconds: VISIBILITY_SECONDS,
      ...over,
    });
    running.push(writer);
    await writer.start();
    return writer;
  }

  async function tallies(): Promise<Record<string, number>> {
    const rows = await readIntake(database.db);
    return Object.fromEntries(rows.map((row) => [row.outcome, Number(row.messages)]));
  }

  async function queueIsEmpty(): Promise<void> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
    );
    expect(names.map((name) => Attributes?.[name])).toEqual(['0', '0']);
  }

  it('ends every message as appended, duplicate, conflict or rejected, and empties the queue', async () => {
    const events = Array.from({ length: 300 }, (_, n) => body(n));
    await send([...events, ...events.slice(0, 60), body(7, { amount: 9 }), '{"not": "an event"}', 'no json at all']);
    await write();
    await eventually(async () => {
      expect(await tallies()).toEqual({ appended: 300, duplicate: 60, conflict: 1, rejected: 2 });
      await queueIsEmpty();
    });
  });

  it('shares the queue with a second writer without a difference in the result', async () => {
    await Promise.all([write(), write()]);
    const events = Array.from({ length: 500 }, (_, n) => body(n));
    await send([...events, ...events.slice(0, 100)]);
    await eventually(async () => {
      expect(await tallies()).toEqual({ appended: 500, duplicate: 100 });
      await queueIsEmpty();
    });
  });

  it('keeps an event that the log refuses as a rejection; the rest of its batch goes through', async () => {
    await database.pool.query(`alter table ledger.events add constraint no_thirteen check (subject <> 'pay_13')`);
    await send(Array.from({ length: 40 }, (_, n) => body(n)));
    await write();
    await eventually(async () => expect(await tallies()).toEqual({ appended: 39, rejected: 1 }));
    const [rejection] = await database.db.selectFrom('ledger.rejections').selectAll().execute();
    expect(rejection).toMatchObject({ code: 'refused_by_log', field: 'no_thirteen' });
    expect(rejection?.body.toString('utf8')).toBe(body(13));
  });

  it('rejects nothing for a defect of the log itself: everything is kept until it is mended', async () => {
    await send(Array.from({ length: 20 }, (_, n) => body(n)));
    const first = await write();
    await eventually(async () => expect(await tallies()).toEqual({ appended: 20 }));
    await first.stop();
    // As after a restore in which the heads are older than the events: every new offset is taken.
    await database.pool.query(`begin; select ledger.break_glass('a test', 'heads as after a restore');
      update ledger.partitions set next_offset = 0; commit`);
    const health = createHealth();
    await send(Array.from({ length: 20 }, (_, n) => body(100 + n)));
    await write({ health });
    const logHealth = () => health.components().find(({ component }) => component === 'log')?.detail;
    await eventually(() => expect(logHealth()).toContain('events_pk'));
    expect(await tallies()).toEqual({ appended: 20 });
    await database.pool.query(`update ledger.partitions p set next_offset =
      (select coalesce(max("offset") + 1, 0) from ledger.events e where e.partition = p.partition)`);
    await eventually(async () => {
      expect(await tallies()).toEqual({ appended: 40 });
      await queueIsEmpty();
    });
  });

  it('keeps and hides its messages while the database is away, and writes them all when it is back', async () => {
    const health = createHealth();
    let received = 0;
    const queue = realQueue();
    const counting: MessageQueue = {
      ...queue,
      async receive(signal) {
        const messages = await queue.receive(signal);
        received += messages.length;
        return messages;
      },
    };
    await write({ health, queue: counting });
    await database.pool.query('alter function ledger.append_events rename to append_events_away');
    await send(Array.from({ length: 30 }, (_, n) => body(n)));
    await eventually(() => expect(health.ready()).toBe(false));
    // Longer than the visibility time: without the heartbeat the queue would deliver them again.
    await systemClock.sleep((VISIBILITY_SECONDS + 1) * 1_000);
    await database.pool.query('alter function ledger.append_events_away rename to append_events');
    await eventually(async () => {
      expect(await tallies()).toEqual({ appended: 30 });
      await queueIsEmpty();
    });
    expect(received).toBe(30);
    expect(health.ready()).toBe(true);
  });

  it('gives its messages back when it is stopped while the database is away', async () => {
    const health = createHealth();
    const queue = realQueue();
    const givenBack: string[] = [];
    const watched: MessageQueue = {
      ...queue,
      async extend(messages, seconds) {
        if (seconds === 0) givenBack.push(...messages.map((message) => message.body));
        await queue.extend(messages, seconds);
      },
    };
    const writer = await write({ health, queue: watched });
    await database.pool.query('alter function ledger.append_events rename to append_events_away');
    await send([body(1)]);
    await eventually(() => expect(health.ready()).toBe(false));
    await writer.stop();
    expect(givenBack).toEqual([body(1)]);
    await database.pool.query('alter function ledger.append_events_away rename to append_events');
    await write();
    await eventually(async () => expect(await tallies()).toEqual({ appended: 1 }));
  });

  it('deletes nothing before its outcome is committed, and counts what comes again as a duplicate', async () => {
    const queue = realQueue();
    const health = createHealth();
    const deletedUncommitted: string[] = [];
    let deletions = 0;
    const watched: MessageQueue = {
      ...queue,
      async remove(messages) {
        deletions += 1;
        const rows = await database.db.selectFrom('ledger.events').select('message_id').execute();
        const committed = new Set(rows.map((row) => row.message_id));
        deletedUncommitted.push(...messages.map((m) => m.messageId).filter((id) => !committed.has(id)));
        return deletions <= 5 ? [...messages] : queue.remove(messages); // as if the first deletions failed
      },
    };
    await write({ queue: watched, health });
    await database.pool.query('alter function ledger.append_events rename to append_events_away');
    await send([body(1)]);
    await eventually(() => expect(health.components().find((c) => c.component === 'log')?.state).toBe('failing'));
    await systemClock.sleep(500); // a deletion that did not wait for the commit would have been made by now
    expect(deletions).toBe(0);
    await database.pool.query('alter function ledger.append_events_away rename to append_events');
    await eventually(async () => {
      expect(await tallies()).toEqual({ appended: 1, duplicate: 1 });
      await queueIsEmpty();
    });
    expect(deletedUncommitted).toEqual([]);
  });
});
