import { randomBytes } from '@northwind/service-kit';
import { eventually, startFakeMerchant } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, type Stage } from '../../test/open-stage.ts';
import { plantExhausted } from '../../test/plant-exhausted.ts';
import { removeEndpoint } from '../endpoints/remove-endpoint.ts';
import type { DeliveryTables } from '../tables.ts';
import { createResendJob, previewResendJob } from './create-resend-job.ts';
import { orderResendJob } from './order-resend-job.ts';
import { listResendItems, listResendJobs, readResendJob } from './read-resend-jobs.ts';
import { resendDelivery } from './resend-delivery.ts';
import type { ResendFilter } from './resend-filter.ts';
import { runResendBatch } from './run-resend-batch.ts';

const FAST = 10_000;
const dead: ResendFilter = { merchantId: MERCHANT, states: ['exhausted'] };
const NONE = { waiting: 0n, sending: 0n, delivered: 0n, exhausted: 0n, cancelled: 0n, skipped: 0n };

const apiOf = (stage: Stage) => stage.api.db as unknown as Kysely<DeliveryTables>;

const create = (stage: Stage, filter: ResendFilter = dead, ratePerSecond = FAST) =>
  createResendJob(apiOf(stage), { filter, requestedBy: 'ada', ratePerSecond }, { randomBytes });

const progressOf = async (stage: Stage, jobId: string) =>
  (await readResendJob(apiOf(stage), { merchantId: MERCHANT, jobId }))?.progress;

async function whenFinished(stage: Stage, jobId: string) {
  return eventually(
    async () => {
      const job = await readResendJob(apiOf(stage), { merchantId: MERCHANT, jobId });
      return job?.finishedAt != null && job;
    },
    { timeoutMs: 30_000 },
  );
}

test('a dry run counts and shows the oldest, and changes nothing', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 30 });
  const { count, sample } = await previewResendJob(apiOf(stage), dead);
  expect(count).toBe(30n);
  expect(sample).toHaveLength(10);
  expect(sample[0]).toMatchObject({ endpointId: endpoint.endpointId, state: 'exhausted', lastOutcome: 'server_error' });
  expect(await listResendJobs(apiOf(stage), { merchantId: MERCHANT })).toEqual([]);
});

test.each<[string, Partial<ResendFilter>, bigint]>([
  ['a merchant', { merchantId: 'mer_002' }, 0n],
  ['all merchants', { merchantId: null }, 5n],
  ['another state', { states: ['delivered', 'cancelled'] }, 0n],
  ['a payout', { payoutId: 'po_3' }, 1n],
  ['another endpoint', { endpointId: 'we_0' }, 0n],
  ['event types', { eventTypes: ['payout.failed'] }, 0n],
  ['the past', { plannedBefore: '2020-01-01T00:00:00.000000Z' }, 0n],
  ['since the past', { plannedFrom: '2020-01-01T00:00:00.000000Z' }, 5n],
])('a filter narrows to %s', async (_what, narrowing, count) => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 5 });
  expect(await previewResendJob(apiOf(stage), { ...dead, ...narrowing })).toMatchObject({ count });
});

test('what is sent again by hand later is not the job’s', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 2 });
  const { jobId } = await create(stage);
  const workers = stage.workers.db as unknown as Kysely<DeliveryTables>;
  await runResendBatch(workers);
  const [one] = await stage.deliveries();
  if (!one) throw new Error('no delivery');
  // It arrives, and before the job looks somebody wants it once more, which fails.
  await sql`delete from delivery.queue where delivery_id = ${one.deliveryId}::uuid`.execute(stage.db);
  await sql`update delivery.deliveries set state = 'delivered', completed_at = now(), next_attempt_at = null
    where delivery_id = ${one.deliveryId}::uuid`.execute(stage.db);
  await resendDelivery(apiOf(stage), { merchantId: MERCHANT, deliveryId: one.deliveryId, actor: 'ada' });
  await sql`delete from delivery.queue where delivery_id = ${one.deliveryId}::uuid`.execute(stage.db);
  await sql`update delivery.deliveries set state = 'exhausted', completed_at = now(), next_attempt_at = null
    where delivery_id = ${one.deliveryId}::uuid`.execute(stage.db);
  await sql`update delivery.resend_jobs set next_look_at = now(), next_batch_at = now()`.execute(stage.db);
  await runResendBatch(workers);
  expect(await progressOf(stage, jobId)).toMatchObject({ ...NONE, sending: 1n, delivered: 1n });
});

test('a job sends each once and says what became of it', async () => {
  await using stage = await openStage();
  await using good = await startFakeMerchant();
  await using bad = await startFakeMerchant({ answer: { status: 500 } });
  const goodOne = await stage.register(good.url);
  const badOne = await stage.register(bad.url);
  await plantExhausted(stage, goodOne.endpoint.endpointId, { count: 40 });
  await plantExhausted(stage, badOne.endpoint.endpointId, { count: 10 });
  const { jobId, total } = await create(stage);
  expect(total).toBe(50n);
  await stage.startWorker({ retrySchedule: [] });
  expect(await whenFinished(stage, jobId)).toMatchObject({
    state: 'completed',
    requestedBy: 'ada',
    progress: { ...NONE, total: 50n, delivered: 40n, exhausted: 10n },
  });
  expect([good.requests.length, bad.requests.length]).toEqual([40, 10]);
  const triggers = (await stage.deliveries()).flatMap(({ attempts }) => attempts.map(({ triggeredBy }) => triggeredBy));
  expect(new Set(triggers)).toEqual(new Set(['schedule', `job ${jobId}`]));
  const items = await listResendItems(apiOf(stage), { jobId, state: 'exhausted', limit: 4 });
  expect(items).toHaveLength(4);
  expect(items[0]).toMatchObject({ state: 'exhausted', lastOutcome: 'server_error', reason: null });
});

test('what is skipped says why', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const ids: string[] = [];
  for (let i = 0; i < 4; i += 1) ids.push((await stage.register(merchant.url)).endpoint.endpointId);
  for (const id of ids) await plantExhausted(stage, id, { count: 1 });
  const [removed = '', disabled = '', resent = '', deleted = ''] = ids;
  const { jobId } = await create(stage);
  await removeEndpoint(apiOf(stage), { merchantId: MERCHANT, endpointId: removed });
  await sql`update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'
    where endpoint_id = ${disabled}`.execute(stage.db);
  const deliveries = await stage.deliveries();
  const deliveryId = deliveries.find(({ endpointId }) => endpointId === resent)?.deliveryId ?? '';
  await resendDelivery(apiOf(stage), { merchantId: MERCHANT, deliveryId, actor: 'bob' });
  await sql`delete from delivery.deliveries where endpoint_id = ${deleted}`.execute(stage.db);
  await stage.startWorker();
  const { progress } = await whenFinished(stage, jobId);
  expect(progress).toEqual({ ...NONE, total: 4n, skipped: 4n });
  const items = await listResendItems(apiOf(stage), { jobId });
  expect(Object.fromEntries(items.map(({ endpointId, reason }) => [endpointId, reason]))).toEqual({
    [removed]: 'endpoint_removed',
    [disabled]: 'endpoint_disabled',
    [resent]: 'state_changed',
    [deleted]: 'deleted',
  });
  await eventually(() => merchant.requests.length > 0);
  expect(merchant.requests).toHaveLength(1);
});

test('paused it lets nothing out, resumed it goes on, cancelled it skips the rest', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 100 });
  const db = apiOf(stage);
  const { jobId } = await create(stage, dead, 50);
  const order = (what: 'pause' | 'resume' | 'cancel', merchantId: string | null = MERCHANT) =>
    orderResendJob(db, { merchantId, jobId, order: what });
  const nextBatchMs = async () => {
    const { rows } = await sql<{ ms: number }>`
      select extract(epoch from next_batch_at)::float8 * 1000 as ms from delivery.resend_jobs`.execute(stage.db);
    return rows[0]?.ms ?? 0;
  };
  const beforeMs = await nextBatchMs();
  expect(await runResendBatch(db)).toMatchObject({ released: 10, finished: false });
  // Ten at fifty a second.
  expect((await nextBatchMs()) - beforeMs).toBeGreaterThan(199);
  expect(await order('pause', 'mer_002')).toBe('not_found');
  expect(await order('pause')).toBe('done');
  expect(await runResendBatch(db)).toMatchObject({ released: 0 });
  expect(await order('resume')).toBe('done');
  expect(await runResendBatch(db)).toMatchObject({ released: 10 });
  expect(await order('cancel')).toBe('done');
  expect(await order('cancel')).toBe('done');
  expect(await order('resume')).toBe('over');
  expect(await progressOf(stage, jobId)).toEqual({ ...NONE, total: 100n, sending: 20n, skipped: 80n });
});

test('an endpoint with a backlog waits in the job and holds up no other', async () => {
  await using stage = await openStage();
  const slow = await stage.register('http://127.0.0.1:9/slow');
  const other = await stage.register('http://127.0.0.1:9/other');
  await plantExhausted(stage, slow.endpoint.endpointId, { count: 1_000 });
  await plantExhausted(stage, other.endpoint.endpointId, { count: 50 });
  const { jobId } = await create(stage);
  for (let i = 0; i < 5; i += 1) {
    await sql`update delivery.resend_jobs set next_batch_at = now() - interval '1 hour'`.execute(stage.db);
    await runResendBatch(apiOf(stage));
  }
  const { rows } = await sql<{ endpoint: string; queued: bigint }>`
    select endpoint_id as endpoint, count(*) as queued from delivery.queue group by 1`.execute(stage.db);
  expect(Object.fromEntries(rows.map(({ endpoint, queued }) => [endpoint, queued]))).toEqual({
    [slow.endpoint.endpointId]: 256n,
    [other.endpoint.endpointId]: 50n,
  });
  expect(await progressOf(stage, jobId)).toMatchObject({ total: 1_050n, sending: 306n, waiting: 744n });
});

test('re-sends never come before a first attempt', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 20 });
  await create(stage);
  await runResendBatch(apiOf(stage));
  const { rows } = await sql<{ priority: number }>`select distinct priority from delivery.queue`.execute(stage.db);
  expect(rows).toEqual([{ priority: 1 }]);
});

test('two jobs over the same deliveries send each once', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await plantExhausted(stage, endpoint.endpointId, { count: 60 });
  const jobs = [await create(stage), await create(stage)];
  await stage.startWorker();
  await stage.startWorker();
  const finished = await Promise.all(jobs.map(({ jobId }) => whenFinished(stage, jobId)));
  for (const { progress } of finished) expect(progress.delivered + progress.skipped).toBe(60n);
  expect(finished.reduce((sum, { progress }) => sum + progress.delivered, 0n)).toBe(60n);
  expect(merchant.requests).toHaveLength(60);
});
