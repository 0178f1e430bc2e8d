import { eventually, type MerchantAnswer, startFakeMerchant, startSqs } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, type Stage } from '../../test/open-stage.ts';
import { plantExhausted } from '../../test/plant-exhausted.ts';
import type { DeliveryTables } from '../tables.ts';
import { announceDeadLetters } from './announce-dead-letters.ts';
import { openDeadLetterQueue } from './dead-letter-queue.ts';
import { listDeadLetters } from './list-dead-letters.ts';
import { redriveDeadLetters } from './redrive-dead-letters.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const broken: MerchantAnswer = { status: 500 };
const isExhausted = ({ state }: { state: string }) => state === 'exhausted';
const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const dbOf = (stage: Stage) => stage.db as unknown as Kysely<DeliveryTables>;

const outbox = async (stage: Stage) =>
  (await sql`select from delivery.dead_letters where announce_at is not null`.execute(stage.db)).rows.length;

async function startQueue() {
  const sqs = await startSqs();
  const queueUrl = await sqs.createQueue('webhook-dead-letters', { VisibilityTimeout: '1' });
  const queue = openDeadLetterQueue({ queueUrl, region: sqs.region, endpoint: sqs.endpoint, credentials });
  return {
    queue,
    /** For a worker, which closes its own. */
    open: () => openDeadLetterQueue({ queueUrl, region: sqs.region, endpoint: sqs.endpoint, credentials }),
    sqs,
    queueUrl,
    async [Symbol.asyncDispose]() {
      queue.close();
      await sqs.stop();
    },
  };
}

test('what is given up is told with ids only, listed, and redriven once', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: broken });
  await using dead = await startQueue();
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [], deadLetters: dead.open() });
  await stage.settle(['po_1', 'po_2']);
  const deliveries = await stage.whenDeliveries(2, isExhausted);
  await eventually(async () => (await outbox(stage)) === 0);
  const listed = await listDeadLetters(dbOf(stage), { merchantId: MERCHANT });
  expect(listed).toHaveLength(2);
  expect(listed[0]).toMatchObject({ url: merchant.url, attemptsMade: 1, lastOutcome: 'server_error', announced: true });

  const peeked = await dead.queue.receive(1);
  const one = deliveries.find(({ deliveryId }) => peeked[0]?.body.includes(deliveryId));
  expect(JSON.parse(peeked[0]?.body ?? '')).toEqual({
    type: 'webhook.dead_letter',
    deliveryId: one?.deliveryId,
    webhookId: one?.webhookId,
    endpointId: one?.endpointId,
    merchantId: MERCHANT,
    payoutId: one?.payoutId,
    eventType: 'payout.settled',
    partition: one?.partition,
    offset: Number(one?.offset),
    lastOutcome: 'server_error',
    exhaustedAt: one?.completedAt,
  });

  merchant.answerWith({});
  const report = await eventually(
    async () => {
      const seen = await redriveDeadLetters(dbOf(stage), { queue: dead.queue, actor: 'ada' });
      return seen.received > 0 && seen;
    },
    { timeoutMs: 10_000 },
  );
  expect(report).toMatchObject({ received: 2, resent: 2, deleted: 2, foreign: 0 });
  const after = await stage.whenDeliveries(2, isDelivered);
  for (const { attempts } of after) expect(attempts[1]).toMatchObject({ attempt: 2, triggeredBy: 'resend by ada' });
  expect(await listDeadLetters(dbOf(stage), { merchantId: null })).toEqual([]);

  // A message that comes twice, or that a redrive which was killed did not delete.
  for (const { body } of peeked) await dead.queue.send([body]);
  const again = await redriveDeadLetters(dbOf(stage), { queue: dead.queue, actor: 'ada' });
  expect(again).toMatchObject({ resent: 0, alreadyOver: peeked.length, deleted: peeked.length });
  expect(merchant.requests).toHaveLength(4);
});

test('SQS being away loses no dead letter and holds up no delivery', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({
    answer: ({ rawBody }) => (rawBody.includes('po_dead') ? broken : {}),
  });
  await using dead = await startQueue();
  await stage.register(merchant.url);
  const nowhere = openDeadLetterQueue({
    ...{ queueUrl: dead.queueUrl, region: dead.sqs.region, endpoint: 'http://127.0.0.1:9', credentials },
  });
  const worker = await stage.startWorker({ retrySchedule: [], deadLetters: nowhere });
  await stage.settle(['po_dead']);
  await stage.whenDeliveries(1, isExhausted);
  await stage.settle(['po_1', 'po_2']);
  await stage.whenDeliveries(
    3,
    ({ state, payoutId }) => state === (payoutId === 'po_dead' ? 'exhausted' : 'delivered'),
  );
  await expect(announceNow(stage, nowhere)).rejects.toThrow();
  expect(await outbox(stage)).toBe(1);
  await worker.stop();
  expect(await announceNow(stage, dead.queue)).toBe(1);
  expect(await outbox(stage)).toBe(0);
  expect(await dead.queue.receive(1)).toHaveLength(1);
});

test('a worker that dies before it could say so leaves the message to another, after its loan', async () => {
  await using stage = await openStage();
  await using dead = await startQueue();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 1 });
  await sql`update delivery.dead_letters set announce_at = now()`.execute(stage.db);
  const dying = { send: () => new Promise<never>(() => undefined) };
  void announceDeadLetters(dbOf(stage), dying);
  await eventually(
    async () =>
      (await sql`select from delivery.dead_letters where announce_at > now()`.execute(stage.db)).rows.length === 1,
  );
  expect(await announceDeadLetters(dbOf(stage), dead.queue)).toBe(0);
  expect(await announceNow(stage, dead.queue)).toBe(1);
});

test('a dead letter whose endpoint is off, and a foreign message, stay on the queue', async () => {
  await using stage = await openStage();
  await using dead = await startQueue();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 1 });
  await announceNow(stage, dead.queue);
  await dead.queue.send(['{"type":"something else"}', 'no JSON']);
  await sql`update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'`.execute(
    stage.db,
  );
  const report = await redriveDeadLetters(dbOf(stage), { queue: dead.queue, actor: 'ada', limit: 3 });
  expect(report).toEqual({ received: 3, resent: 0, alreadyOver: 0, endpointOff: 1, foreign: 2, deleted: 0 });
});

/** Whoever has a loan, it is over. */
async function announceNow(stage: Stage, queue: Parameters<typeof announceDeadLetters>[1]): Promise<number> {
  await sql`update delivery.dead_letters set announce_at = now()`.execute(stage.db);
  return announceDeadLetters(dbOf(stage), queue);
}
