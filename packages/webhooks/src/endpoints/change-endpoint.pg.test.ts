import { eventually, silentLogger, startFakeMerchant } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { claim } from '../../test/open-queue.ts';
import { MERCHANT, openStage, type Stage } from '../../test/open-stage.ts';
import { plantExhausted } from '../../test/plant-exhausted.ts';
import { ENDPOINT_POLICY } from '../policy/endpoint-policy.ts';
import type { DeliveryTables } from '../tables.ts';
import { sendTestEvent } from '../test-events/send-test-event.ts';
import { changeEndpoint, type EndpointChange } from './change-endpoint.ts';
import { finishEnablings } from './create-endpoint-sweeper.ts';
import { planMissed } from './plan-missed.ts';
import { readEndpoint } from './read-endpoint.ts';

const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const payoutIds = (deliveries: readonly { readonly payoutId: string | null }[]) =>
  deliveries.map((each) => each.payoutId).sort();

async function changed(stage: Stage, endpointId: string, change: EndpointChange) {
  const options = { allowInsecureTargets: true };
  const result = await changeEndpoint(stage.api.db, { merchantId: MERCHANT, endpointId }, { change, options });
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result;
}

test('what is changed is stored, what is left out stays, and another merchant changes nothing', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  const { endpointId } = endpoint;
  expect(endpoint.policy).toEqual(ENDPOINT_POLICY);
  const waits = { kind: 'exponential', baseMs: 1_000, factor: 1.5, capMs: 60_000 } as const;
  await changed(stage, endpointId, { policy: { waits, ratePerSecond: 0.5, timeoutMs: 2_000 } });
  await changed(stage, endpointId, { eventTypes: ['payout.failed'], policy: { concurrencyMax: 2 } });
  const place = { merchantId: MERCHANT, endpointId };
  expect(await readEndpoint(stage.db, place)).toMatchObject({
    url: endpoint.url,
    eventTypes: ['payout.failed'],
    policy: { ...ENDPOINT_POLICY, waits, ratePerSecond: 0.5, timeoutMs: 2_000, concurrencyMax: 2 },
    health: { circuit: 'closed', concurrencyNow: 2, warning: null },
  });
  const request = { change: { url: 'http://127.0.0.1:8/' }, options: { allowInsecureTargets: false } };
  expect(await changeEndpoint(stage.api.db, place, request)).toMatchObject({ problem: { code: 'url_scheme' } });
  const other = { merchantId: 'mer_002', endpointId };
  expect(await changeEndpoint(stage.api.db, other, request)).toEqual({ ok: false, problem: 'not_found' });
});

test('of changes at the same time none is lost', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  const { endpointId } = endpoint;
  await Promise.all([
    changed(stage, endpointId, { policy: { ratePerSecond: 3 } }),
    changed(stage, endpointId, { policy: { timeoutMs: 2_000 } }),
    changed(stage, endpointId, { eventTypes: ['payout.failed'] }),
    changed(stage, endpointId, { url: 'http://127.0.0.1:8/', status: 'disabled' }),
  ]);
  expect(await readEndpoint(stage.db, { merchantId: MERCHANT, endpointId })).toMatchObject({
    url: 'http://127.0.0.1:8/',
    eventTypes: ['payout.failed'],
    status: 'disabled',
    policy: { ...ENDPOINT_POLICY, ratePerSecond: 3, timeoutMs: 2_000 },
  });
});

test('a policy is followed by the workers: its waits, its window, its timeout', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { hang: true } });
  const { endpoint } = await stage.register(merchant.url);
  const policy = { timeoutMs: 1_000, windowMs: 60_000, waits: { kind: 'schedule', waitsMs: [30_000] } } as const;
  await changed(stage, endpoint.endpointId, { policy: { ...policy, waits: { ...policy.waits, waitsMs: [30_000] } } });
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  const [attempt] = delivery?.attempts ?? [];
  expect(attempt).toMatchObject({ outcome: 'timeout' });
  expect(attempt?.durationMs).toBeLessThan(5_000);
  // The penalty for a timeout is a minute, and the window ends before.
  const waitMs = Date.parse(delivery?.nextAttemptAt ?? '') - Date.parse(attempt?.finishedAt ?? '');
  expect(waitMs).toBeGreaterThan(50_000);
  expect(waitMs).toBeLessThan(60_000);
});

test('webhook-delivery: disable disables, abort-message ends one delivery', async () => {
  await using stage = await openStage();
  const headers = (wish: string) => ({ status: 500, headers: { 'webhook-delivery': wish } });
  await using merchant = await startFakeMerchant({ answer: headers('abort-message') });
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, ({ state, lastOutcome }) => state === 'exhausted' && lastOutcome === 'abort_requested');
  merchant.answerWith(headers('disable'));
  await stage.settle(['po_2']);
  await stage.whenDeliveries(2, ({ state }) => state === 'exhausted');
  expect(await stage.db.selectFrom('delivery.endpoints').selectAll().executeTakeFirst()).toMatchObject({
    status: 'disabled',
    disabled_reason: 'requested',
  });
});

test('enabled again with catch-up: what waited goes at once, what was missed is planned, once', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: (_r, index) => ({ status: index === 0 ? 500 : 204 }) });
  const { endpoint } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await stage.startWorker({ retrySchedule: [3_600_000] });
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  await changed(stage, endpointId, { status: 'disabled' });
  await stage.settle(['po_2', 'po_3']);
  await stage.planned();
  expect(await stage.deliveries()).toHaveLength(1);
  const result = await changed(stage, endpointId, { status: 'enabled', catchUp: true });
  expect(result).toMatchObject({ released: 1, planned: 2, endpoint: { status: 'enabled', disabledReason: null } });
  await stage.settle(['po_4']);
  expect(payoutIds(await stage.whenDeliveries(4, isDelivered))).toEqual(['po_1', 'po_2', 'po_3', 'po_4']);
  expect(await changed(stage, endpointId, { status: 'enabled', catchUp: true })).toMatchObject({ planned: 0 });
  expect(merchant.requests).toHaveLength(5);
});

test('after a test event a catch-up still tells nothing that was not subscribed to', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await stage.startWorker();
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, isDelivered);
  expect(await sendTestEvent(stage.api.db, { merchantId: MERCHANT, endpointId })).toMatchObject({ kind: 'planned' });
  await merchant.waitForRequests(2);
  await changed(stage, endpointId, { eventTypes: ['payout.initiated', 'payout.settled'], status: 'disabled' });
  await stage.settle(['po_2']);
  await stage.planned();
  expect(await changed(stage, endpointId, { status: 'enabled', catchUp: true })).toMatchObject({ planned: 2 });
  expect(payoutIds(await stage.whenDeliveries(3, isDelivered))).toEqual(['po_1', 'po_2', 'po_2']);
});

test('enabled again without catch-up it begins anew, also when the planner is behind', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await changed(stage, endpoint.endpointId, { status: 'disabled' });
  await stage.settle(['po_1']);
  await stage.projected();
  expect(await changed(stage, endpoint.endpointId, { status: 'enabled' })).toMatchObject({ released: 0, planned: 0 });
  await stage.startWorker();
  await stage.settle(['po_2']);
  expect(payoutIds(await stage.whenDeliveries(1, isDelivered))).toEqual(['po_2']);
});

test('a catch-up tells nothing from before the endpoint was disabled that it had not subscribed to then', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url, ['payout.failed']);
  const { endpointId } = endpoint;
  await stage.startWorker();
  await stage.settle(['po_1', 'po_2']);
  await stage.planned();
  const eventTypes = ['payout.failed', 'payout.settled'];
  await changed(stage, endpointId, { eventTypes, status: 'disabled' });
  await stage.settle(['po_3']);
  await stage.planned();
  expect(await changed(stage, endpointId, { status: 'enabled', catchUp: true })).toMatchObject({ planned: 1 });
  expect(payoutIds(await stage.whenDeliveries(1, isDelivered))).toEqual(['po_3']);
});

test('what happened before it was disabled is its own, also when the planner was behind', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await stage.settle(['po_1']);
  await stage.projected();
  await changed(stage, endpointId, { status: 'disabled' });
  await stage.settle(['po_2']);
  await stage.projected();
  expect(await changed(stage, endpointId, { status: 'enabled' })).toMatchObject({ planned: 0 });
  await stage.startWorker();
  await stage.settle(['po_3']);
  expect(payoutIds(await stage.whenDeliveries(2, isDelivered))).toEqual(['po_1', 'po_3']);
  await stage.planned();
  expect(await stage.deliveries()).toHaveLength(2);
});

test('a catch-up that meets a disable keeps its place', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  const { endpointId } = endpoint;
  await changed(stage, endpointId, { status: 'disabled' });
  await sql`update delivery.endpoints set catch_up_from = 3`.execute(stage.db);
  expect(await planMissed(stage.api.db, { merchantId: MERCHANT, endpointId })).toBe(0);
  const place = await stage.db.selectFrom('delivery.endpoints').select('catch_up_from').executeTakeFirstOrThrow();
  expect(place).toEqual({ catch_up_from: 3n });
});

test('a catch-up that died on the way goes on where it was', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await changed(stage, endpointId, { status: 'disabled' });
  await stage.startWorker();
  await stage.settle(['po_1', 'po_2']);
  await stage.planned();
  // Enabled, and then the API was gone; a later delivery was planned before anybody asked again.
  await sql`update delivery.endpoints set status = 'enabled', disabled_at = null, disabled_reason = null,
    enabling_since = now(), catch_up_from = from_offset`.execute(stage.db);
  await stage.settle(['po_3']);
  await stage.whenDeliveries(1, isDelivered);
  expect(await changed(stage, endpointId, { status: 'enabled', catchUp: true })).toMatchObject({ planned: 2 });
  await stage.whenDeliveries(3, isDelivered);
});

test('what waited is released by a worker when the API died after it enabled the endpoint', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: (_r, index) => ({ status: index === 0 ? 500 : 204 }) });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [3_600_000] });
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  await sql`update delivery.queue set began_at = began_at - interval '1 hour'`.execute(stage.db);
  await sql`update delivery.endpoints set enabling_since = now() - interval '2 minutes'`.execute(stage.db);
  const workers = stage.workers.db as unknown as Kysely<DeliveryTables>;
  await finishEnablings(workers, silentLogger());
  await stage.whenDeliveries(1, isDelivered);
});

test('what settles while an enabling without catch-up is not committed yet is sent, too', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await stage.startWorker();
  await changed(stage, endpoint.endpointId, { status: 'disabled' });
  // A commit that takes its time.
  await sql`create function delivery.slow() returns trigger language plpgsql as
    'begin perform pg_advisory_xact_lock(42); return null; end'`.execute(stage.db);
  await sql`create constraint trigger slow after update on delivery.endpoints deferrable initially deferred
    for each row when (old.status = 'disabled' and new.status = 'enabled') execute function delivery.slow()`.execute(
    stage.db,
  );
  await using holder = await stage.connect();
  await holder.query('select pg_advisory_lock(42)');
  const enabling = changed(stage, endpoint.endpointId, { status: 'enabled' });
  const blocked = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  await eventually(async () => (await stage.database.pool.query(blocked)).rows.length > 0);
  await stage.settle(['po_1']);
  await stage.planned();
  await holder.query('select pg_advisory_unlock(42)');
  await enabling;
  await stage.settle(['po_2']);
  expect(payoutIds(await stage.whenDeliveries(2, isDelivered))).toEqual(['po_1', 'po_2']);
});

test('what somebody else holds while an endpoint is enabled is released later, not never', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 3 });
  const workers = stage.workers.db as unknown as Kysely<DeliveryTables>;
  await sql`update delivery.deliveries set state = 'pending', completed_at = null, next_attempt_at = now()`.execute(
    stage.db,
  );
  await sql`insert into delivery.queue (delivery_id, endpoint_id, priority, retries, due_at, scheduled_at, began_at)
    select delivery_id, endpoint_id, 1, 8, now() + interval '19 hours', now() + interval '19 hours',
           now() - interval '6 days' from delivery.deliveries`.execute(stage.db);
  await sql`update delivery.endpoints set enabling_since = now() - interval '2 minutes'`.execute(stage.db);
  const waiting = async () =>
    (await stage.db.selectFrom('delivery.queue').where('retries', '>', 0).select('delivery_id').execute()).length;
  await using holder = await stage.connect();
  await holder.query('begin; select from delivery.queue for update');
  await finishEnablings(workers, silentLogger());
  await holder.query('rollback');
  expect(await waiting()).toBe(3);
  // Who claims before it is released has the whole policy, too.
  await sql`update delivery.queue set due_at = now()
    where delivery_id = (select min(delivery_id::text)::uuid from delivery.queue)`.execute(stage.db);
  const [claimed] = await claim(workers);
  expect(claimed).toMatchObject({ retries: 0 });
  expect(claimed?.elapsedMs).toBeLessThan(10 * 60_000);
  await finishEnablings(workers, silentLogger());
  expect(await waiting()).toBe(0);
  const { rows } = await sql`select enabling_since from delivery.endpoints`.execute(stage.db);
  expect(rows).toEqual([{ enabling_since: null }]);
});

test('the failures of a place that the endpoint has left say nothing of where it is now', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 503 } });
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  const { endpointId } = endpoint;
  await sql`
    update delivery.endpoint_health
    set consecutive_failures = 12, failing_since = now() - interval '6 days', disables_at = now() - interval '1 day',
        warned_percent = 90, warned_at = now(), concurrency_now = 1, open_until = now() + interval '1 hour',
        openings = 3`.execute(stage.db);
  await changed(stage, endpointId, { url: merchant.url });
  await stage.startWorker({ retrySchedule: [3_600_000] });
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  expect(await readEndpoint(stage.db, { merchantId: MERCHANT, endpointId })).toMatchObject({
    status: 'enabled',
    health: { circuit: 'closed', consecutiveFailures: 1, warning: null },
  });
});
