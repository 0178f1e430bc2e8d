import { createHealth } from '@northwind/service-kit';
import { eventually, recordingLogger, startFakeMerchant } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { claim as claimWithin, IDLE_WORKER } from '../../test/open-queue.ts';
import { openStage, type Stage, verify } from '../../test/open-stage.ts';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import { type FinishedAttempt, recordAttempts } from './record-attempts.ts';

const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const LEASE_MS = 300;

function claim(stage: Stage, leaseMs = LEASE_MS) {
  const db = stage.db as unknown as Parameters<typeof claimWithin>[0];
  return claimWithin(db, { ...IDLE_WORKER, leaseMs });
}

test('a worker dies between request and receipt: sent again, same id, and the lost attempt is explained', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { secret } = await stage.register(merchant.url);
  const dying = await stage.startWorker({ leaseMs: 2_000, totalDeadlineMs: 1_000 });
  const noReceipt = "no_receipt check (outcome = 'lease_expired')";
  await stage.database.pool.query(`alter table delivery.attempts add constraint ${noReceipt}`);
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  // Its receipt is refused by the database and it gives up: the claim stays, as after a crash.
  await dying.stop();
  await stage.database.pool.query('alter table delivery.attempts drop constraint no_receipt');
  expect(await stage.deliveries()).toMatchObject([{ state: 'pending', attempts: [] }]);

  await stage.startWorker();
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery?.attempts).toMatchObject([
    { attempt: 1, outcome: 'lease_expired', finishedAt: null, responseStatus: null },
    { attempt: 2, outcome: 'delivered', responseStatus: 204 },
  ]);
  expect(merchant.requests).toHaveLength(2);
  const [first, second] = merchant.requests;
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  for (const request of merchant.requests) verify(request, secret);
});

test('a worker that was only slow keeps its receipt and moves nothing', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  const db = stage.db as unknown as Parameters<typeof recordAttempts>[0];
  const planner = await stage.startWorker({ concurrency: 1 });
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, isDelivered);
  await planner.stop();
  // Back to pending, so that the claims below are the test's own.
  await sql`insert into delivery.queue (delivery_id, endpoint_id, due_at, scheduled_at, attempt)
    select delivery_id, endpoint_id, now(), now(), 1 from delivery.deliveries`.execute(stage.db);
  await sql`update delivery.deliveries set state = 'pending', completed_at = null, next_attempt_at = now()`.execute(
    stage.db,
  );
  const [slow] = await claim(stage, 1);
  const [quick] = await eventually(async () => {
    const claimed = await claim(stage);
    return claimed.length > 0 && claimed;
  });
  if (!slow || !quick) throw new Error('nothing claimed');
  expect([slow.attempt, quick.attempt]).toEqual([2, 3]);
  expect(await recordAttempts(db, [finished(slow, 'delivered')])).toMatchObject({ outcomes: ['fenced'] });
  expect(await stage.deliveries()).toMatchObject([{ state: 'pending', attempts: [{}, { outcome: 'delivered' }] }]);
  expect(await recordAttempts(db, [finished(quick, 'server_error')])).toMatchObject({ outcomes: ['moved'] });
  const [delivery] = await stage.deliveries();
  expect(delivery).toMatchObject({ state: 'pending', attemptsMade: 3, lastOutcome: 'server_error' });
  expect(await recordAttempts(db, [finished(quick, 'delivered')])).toMatchObject({ outcomes: ['fenced'] });
  expect((await stage.deliveries())[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
    'delivered',
    'delivered',
    'server_error',
  ]);
});

test('a stopping worker waits for the answer under way', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 200, delayMs: 300 } });
  await stage.register(merchant.url);
  const worker = await stage.startWorker();
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  await worker.stop();
  expect(await stage.deliveries()).toMatchObject([{ state: 'delivered', attempts: [{ outcome: 'delivered' }] }]);
});

test('a stopping worker cuts off what hangs and leaves it due at once', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: (_request, index) => ({ hang: index === 0 }) });
  await stage.register(merchant.url);
  const worker = await stage.startWorker();
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  await worker.stop();
  expect(await stage.deliveries()).toMatchObject([{ state: 'pending', attempts: [{ outcome: 'interrupted' }] }]);
  await stage.startWorker();
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery?.attempts).toMatchObject([{ outcome: 'interrupted' }, { outcome: 'delivered' }]);
});

test('the database away for a moment loses no receipt and sends nothing twice', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { delayMs: 50 } });
  await stage.register(merchant.url);
  await stage.startWorker();
  const ids = Array.from({ length: 60 }, (_, i) => `po_${i}`);
  for (const id of ids) {
    await stage.settle([id]).catch(() => stage.settle([id]));
    if (id.endsWith('5')) await killConnections(stage);
  }
  await stage.whenDeliveries(ids.length, isDelivered, 20_000);
  expect(new Set(merchant.requests.map((request) => request.headers['webhook-id'])).size).toBe(ids.length);
  const receipts = (await stage.deliveries()).flatMap(({ attempts }) => attempts);
  expect(receipts).toHaveLength(merchant.requests.length);
});

test('an answer that the database refuses is recorded without its body', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({
    answer: (_request, index) => ({ status: 200, body: `answer ${index}` }),
  });
  await stage.register(merchant.url);
  await sql`alter table delivery.attempts add constraint refuses_some check (response_body <> 'answer 1')`.execute(
    stage.db,
  );
  const { logger, lines } = recordingLogger();
  await stage.startWorker({ logger });
  await stage.settle(['po_1', 'po_2', 'po_3']);
  const deliveries = await stage.whenDeliveries(3, isDelivered);
  const bodies = deliveries.map(({ attempts }) => attempts[0]?.responseBody);
  expect(bodies.sort()).toEqual(['answer 0', 'answer 2', null]);
  expect(lines.filter(({ event }) => event === 'receipt.refused')).toHaveLength(1);
  expect(merchant.requests).toHaveLength(3);
});

test('a worker with another key sends nothing and burns nothing', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  const health = createHealth();
  const wrong = await stage.startWorker({ secretsKey: Buffer.alloc(32, 9).toString('base64'), health });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  expect(delivery?.attempts).toMatchObject([{ outcome: 'secret_unavailable' }]);
  expect(merchant.requests).toEqual([]);
  expect(await stage.db.selectFrom('delivery.queue').select('retries').execute()).toEqual([{ retries: 0 }]);
  expect(health.ready()).toBe(false);
  await wrong.stop();
  await sql`update delivery.queue set due_at = now()`.execute(stage.db);
  await stage.startWorker();
  await stage.whenDeliveries(1, isDelivered);
});

async function killConnections(stage: Stage): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
    .execute(stage.db)
    .catch(() => undefined);
}

function finished(
  claimed: Awaited<ReturnType<typeof claim>>[number],
  outcome: 'delivered' | 'server_error',
): FinishedAttempt {
  const at = '2026-11-22T06:00:00.000000Z';
  return {
    ...claimed,
    startedAt: at,
    finishedAt: at,
    durationMs: 1,
    outcome,
    detail: null,
    secretVersion: 1,
    ...NO_EXCHANGE,
    responseStatus: 200,
    responseHeaders: { 'x-test': ['1', '2'] },
    responseBody: '',
    next:
      outcome === 'delivered'
        ? { state: 'delivered', delayMs: null, retries: 0, disablesEndpoint: false }
        : { state: 'pending', delayMs: 60_000, retries: 1, disablesEndpoint: false },
  };
}
