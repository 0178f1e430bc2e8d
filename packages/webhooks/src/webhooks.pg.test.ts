import { pauseGroup, resumeGroup, seekGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { eventually, startFakeMerchant } from '@northwind/testing';
import type { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, verify } from '../test/open-stage.ts';
import { removeEndpoint } from './endpoints/remove-endpoint.ts';
import { PLANNER_GROUP } from './planning/create-planner.ts';

const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const payouts = (count: number) => Array.from({ length: count }, (_, i) => `po_${String(i).padStart(4, '0')}`);

test('each settled payout reaches each endpoint once, signed, with the payout as it was', async () => {
  await using stage = await openStage();
  await using first = await startFakeMerchant();
  await using second = await startFakeMerchant();
  const { secret } = await stage.register(first.url);
  await stage.register(second.url);
  await stage.register(second.url, ['payout.settled'], 'mer_002');
  await stage.startWorker();
  await stage.settle(payouts(20));
  const deliveries = await stage.whenDeliveries(40, isDelivered);
  expect(first.requests).toHaveLength(20);
  expect(second.requests).toHaveLength(20);
  const bodies = first.requests.map((request) => verify(request, secret));
  expect(bodies.map((body) => (body.data as { payoutId: string }).payoutId).sort()).toEqual(payouts(20));
  expect(bodies[0]).toMatchObject({
    type: 'payout.settled',
    timestamp: '2026-11-22T06:00:00.000000Z',
    data: {
      merchantId: MERCHANT,
      status: 'settled',
      previousStatus: 'initiated',
      sequence: 2,
      amountMinor: 12_345,
      currency: 'EUR',
      partition: 4,
      offset: expect.any(Number),
    },
  });
  const ids = [...first.requests, ...second.requests].map((request) => request.headers['webhook-id']);
  expect(new Set(ids).size).toBe(40);
  expect(ids.sort()).toEqual(deliveries.map((delivery) => delivery.webhookId).sort());
  for (const { attempts } of deliveries) {
    expect(attempts).toMatchObject([{ attempt: 1, outcome: 'delivered', responseStatus: 204, nextAttemptAt: null }]);
  }
});

test('subscriptions choose event types', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url, ['payout.initiated', 'payout.settled']);
  await stage.startWorker();
  await stage.settle(['po_1']);
  const deliveries = await stage.whenDeliveries(2, isDelivered);
  expect(deliveries.map(({ eventType }) => eventType).sort()).toEqual(['payout.initiated', 'payout.settled']);
});

test('two workers double nothing and lose nothing', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: (_request, index) => ({ delayMs: index % 7 }) });
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.startWorker({ concurrency: 8 });
  await stage.startWorker({ concurrency: 3 });
  for (let batch = 0; batch < 8; batch += 1) {
    await stage.settle(payouts(20).map((id) => `${id}_${batch}`));
  }
  await stage.whenDeliveries(160, isDelivered);
  expect(merchant.requests).toHaveLength(160);
  expect(new Set(merchant.requests.map((request) => request.headers['webhook-id'])).size).toBe(160);
});

test('a failure is retried with the same id and bytes until it succeeds', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({
    answer: (_request, index) => (index < 2 ? { status: 503, body: 'busy' } : { status: 200, body: 'thanks' }),
  });
  const { secret } = await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [20, 20, 20] });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery?.attempts).toMatchObject([
    { attempt: 1, outcome: 'server_error', responseStatus: 503, responseBody: 'busy' },
    { attempt: 2, outcome: 'server_error', responseStatus: 503 },
    { attempt: 3, outcome: 'delivered', responseStatus: 200, responseBody: 'thanks' },
  ]);
  expect(delivery?.attempts[0]?.nextAttemptAt).toEqual(delivery?.attempts[1]?.scheduledAt);
  expect(merchant.requests).toHaveLength(3);
  const [first, ...others] = merchant.requests;
  for (const request of merchant.requests) verify(request, secret);
  for (const request of others) {
    expect(request.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(request.rawBody).toEqual(first?.rawBody);
  }
});

test('a used-up schedule is exhausted', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 500 } });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [10, 10] });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ state }) => state === 'exhausted');
  expect(delivery).toMatchObject({ attemptsMade: 3, lastOutcome: 'server_error', nextAttemptAt: null });
  expect(delivery?.attempts).toHaveLength(3);
  expect(await stage.db.selectFrom('delivery.queue').selectAll().execute()).toEqual([]);
});

test('Retry-After puts the next attempt off', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 429, headers: { 'retry-after': '3600' } } });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [10] });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  const [attempt] = delivery?.attempts ?? [];
  const waitMs = Date.parse(delivery?.nextAttemptAt ?? '') - Date.parse(attempt?.finishedAt ?? '');
  expect(attempt?.outcome).toBe('rate_limited');
  expect(waitMs).toBeGreaterThan(3_590_000);
  expect(waitMs).toBeLessThan(3_610_000);
});

test('410 disables the endpoint, and what is pending for it waits', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 410 } });
  const { endpoint } = await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [gone] = await stage.whenDeliveries(1, ({ state }) => state === 'exhausted');
  expect(gone?.attempts).toMatchObject([{ outcome: 'gone', responseStatus: 410, nextAttemptAt: null }]);
  const row = await stage.db.selectFrom('delivery.endpoints').selectAll().executeTakeFirst();
  expect(row).toMatchObject({ endpoint_id: endpoint.endpointId, status: 'disabled', disabled_reason: 'gone' });
  await stage.settle(['po_2']);
  await stage.planned();
  expect(await stage.deliveries()).toHaveLength(1);
  expect(merchant.requests).toHaveLength(1);
});

test('a redirect is a failure and is not followed', async () => {
  await using stage = await openStage();
  await using elsewhere = await startFakeMerchant();
  await using merchant = await startFakeMerchant({ answer: { status: 307, headers: { location: elsewhere.url } } });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [] });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ state }) => state === 'exhausted');
  expect(delivery?.attempts).toMatchObject([{ outcome: 'redirect_not_followed', responseStatus: 307 }]);
  expect(delivery?.attempts[0]?.responseHeaders).toMatchObject({ location: elsewhere.url });
  expect(elsewhere.requests).toEqual([]);
});

test('an endpoint that hangs is a timeout with a receipt', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { hang: true } });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [], totalDeadlineMs: 200 });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ state }) => state === 'exhausted');
  const [attempt] = delivery?.attempts ?? [];
  expect(attempt).toMatchObject({ outcome: 'timeout', responseStatus: null, responseBody: null });
  expect(attempt?.durationMs).toBeGreaterThanOrEqual(200);
  expect(attempt?.durationMs).toBeLessThan(2_000);
});

test('a closed port and a reset connection are attempts with receipts', async () => {
  await using stage = await openStage();
  const closed = await startFakeMerchant();
  await closed.stop();
  await using resetting = await startFakeMerchant({ answer: { reset: true } });
  await stage.register(closed.url);
  await stage.register(resetting.url);
  await stage.startWorker({ retrySchedule: [] });
  await stage.settle(['po_1']);
  const deliveries = await stage.whenDeliveries(2, ({ state }) => state === 'exhausted');
  const outcomes = new Map(
    deliveries.map((delivery) => [delivery.url, delivery.attempts.map(({ outcome }) => outcome)]),
  );
  expect(outcomes.get(closed.url)).toEqual(['connection_refused']);
  expect(outcomes.get(resetting.url)).toEqual(['connection_reset']);
  expect(resetting.requests).toHaveLength(1);
});

test('a target that became forbidden is blocked at the connection, without a request', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [], allowInsecureTargets: false });
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ state }) => state === 'exhausted');
  expect(delivery?.attempts).toMatchObject([{ outcome: 'blocked_target', responseStatus: null }]);
  expect(delivery?.attempts[0]?.detail).not.toContain('127.0.0.1');
  expect(merchant.requests).toEqual([]);
});

test('an endpoint gets nothing from before it was registered', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.settle(['po_old']);
  await eventually(
    async () => (await stage.db.selectFrom('read.payout_transitions').selectAll().execute()).length === 2,
  );
  await stage.register(merchant.url);
  // The worker begins only now: the old transition is still ahead of its group.
  await stage.startWorker();
  await stage.settle(['po_new']);
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery?.payoutId).toBe('po_new');
  await stage.planned();
  expect(await stage.deliveries()).toHaveLength(1);
});

test('a removed endpoint gets nothing more, and what was pending is cancelled', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 500 } });
  const { endpoint } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await stage.startWorker();
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  expect(await removeEndpoint(stage.db, { merchantId: 'mer_002', endpointId })).toBe('not_found');
  expect(await removeEndpoint(stage.db, { merchantId: MERCHANT, endpointId })).toBe('removed');
  expect(await removeEndpoint(stage.db, { merchantId: MERCHANT, endpointId })).toBe('not_found');
  const [delivery] = await stage.deliveries();
  expect(delivery).toMatchObject({ state: 'cancelled', nextAttemptAt: null, attempts: [{ outcome: 'server_error' }] });
  await stage.settle(['po_2']);
  await stage.planned();
  expect(await stage.deliveries()).toHaveLength(1);
  expect(await stage.db.selectFrom('delivery.queue').selectAll().execute()).toEqual([]);
  expect(await stage.db.selectFrom('delivery.secrets').selectAll().execute()).toEqual([]);
});

test('planning the same again adds nothing', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  const worker = await stage.startWorker();
  await stage.settle(payouts(5));
  const before = await stage.whenDeliveries(5, isDelivered);
  await worker.stop();
  const ledger = stage.db as unknown as Kysely<LedgerTables>;
  const order = { group: PLANNER_GROUP, actor: 'ada', reason: 'a test' };
  await pauseGroup(ledger, order);
  expect(await seekGroup(ledger, { ...order, to: 'beginning' })).toMatchObject({ kind: 'sought' });
  await resumeGroup(ledger, order);
  await stage.startWorker();
  await stage.settle(['po_more']);
  await stage.whenDeliveries(6, isDelivered);
  await stage.planned();
  const ids = (await stage.deliveries()).map(({ webhookId }) => webhookId);
  expect(ids).toEqual(expect.arrayContaining(before.map(({ webhookId }) => webhookId)));
  expect(merchant.requests).toHaveLength(6);
});
