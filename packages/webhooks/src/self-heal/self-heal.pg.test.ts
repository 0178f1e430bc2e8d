import { createHash } from 'node:crypto';
import { pauseGroup, resumeGroup, seekGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { eventually, startFakeMerchant } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, type Stage, verify } from '../../test/open-stage.ts';
import { changeEndpoint } from '../endpoints/change-endpoint.ts';
import { PLANNER_GROUP } from '../planning/create-planner.ts';
import { listUnacknowledged } from './list-unacknowledged.ts';
import { listWebhookEvents, type WebhookEventsWish } from './list-webhook-events.ts';
import { planDigests } from './plan-digests.ts';
import { readDigest } from './read-digest.ts';

const ids = (count: number, prefix = 'po') => Array.from({ length: count }, (_, i) => `${prefix}_${1_000 + i}`);
const run = {
  signal: new AbortController().signal,
  onError: (_: string, error: unknown) => {
    throw error;
  },
};

async function listAll(stage: Stage, wish: Partial<WebhookEventsWish> = {}) {
  const all = [];
  let from = 0n;
  for (;;) {
    const answer = await listWebhookEvents(stage.db, { merchantId: MERCHANT, limit: 7, from, ...wish });
    if (answer === 'endpoint_not_found') throw new Error(answer);
    all.push(...answer.events);
    if (!answer.hasMore) return all;
    from = answer.next;
  }
}

const disable = (stage: Stage, endpointId: string) =>
  sql`update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'
      where endpoint_id = ${endpointId}`.execute(stage.db);
const enable = (stage: Stage, endpointId: string) =>
  sql`update delivery.endpoints set status = 'enabled', disabled_at = null, disabled_reason = null
      where endpoint_id = ${endpointId}`.execute(stage.db);

/** As an operator would who sets the group back. */
async function planFromTheBeginning(stage: Stage): Promise<void> {
  const order = { group: PLANNER_GROUP, actor: 'a test', reason: 'plans again' };
  const ledger = stage.db as unknown as Kysely<LedgerTables>;
  await pauseGroup(ledger, order);
  await seekGroup(ledger, { ...order, to: 'beginning' });
  await resumeGroup(ledger, order);
}

test('what was sent is read back with the same ids and bytes, in log order, over pages', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url, ['payout.initiated', 'payout.settled']);
  await stage.startWorker();
  await stage.settle(ids(10));
  await stage.settle(ids(3), 'mer_002');
  await stage.whenDeliveries(20, ({ state }) => state === 'delivered');
  const events = await listAll(stage, { endpointId: endpoint.endpointId });
  expect(events.map(({ offset }) => offset)).toEqual(
    events.map(({ offset }) => offset).toSorted((a, b) => Number(a - b)),
  );
  const read = events.map(({ body, webhooks }) => [webhooks[0]?.webhookId, body]);
  const sent = merchant.requests.map(({ headers, rawBody }) => [headers['webhook-id'], rawBody.toString('utf8')]);
  expect(read.toSorted()).toEqual(sent.toSorted());
  expect(events.every(({ webhooks }) => webhooks.length === 1 && webhooks[0]?.state === 'delivered')).toBe(true);
});

test('what came while the endpoint was disabled is there, with its ids and bytes', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await stage.startWorker();
  await disable(stage, endpoint.endpointId);
  await stage.settle(['po_missed']);
  await stage.planned();
  expect(await stage.deliveries()).toEqual([]);
  const [missed] = await listAll(stage, { endpointId: endpoint.endpointId });
  expect(missed).toMatchObject({ type: 'payout.settled', payoutId: 'po_missed', webhooks: [{ state: null }] });
  // Planned after all, it is the same.
  await enable(stage, endpoint.endpointId);
  await planFromTheBeginning(stage);
  const [request] = await merchant.waitForRequests(1);
  expect(request?.headers['webhook-id']).toBe(missed?.webhooks[0]?.webhookId);
  expect(request?.rawBody.toString('utf8')).toBe(missed?.body);
});

test('what came before an enabling without catch-up is still there, though it is not sent', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  const place = { merchantId: MERCHANT, endpointId: endpoint.endpointId };
  await stage.startWorker();
  await stage.settle(['po_told']);
  await merchant.waitForRequests(1);
  await disable(stage, endpoint.endpointId);
  await stage.settle(['po_missed']);
  await stage.planned();
  const change = { change: { status: 'enabled' }, options: { allowInsecureTargets: true } } as const;
  expect(await changeEndpoint(stage.api.db, place, change)).toMatchObject({ ok: true, planned: 0 });
  await stage.settle(['po_after']);
  await merchant.waitForRequests(2);
  const events = await listAll(stage, { endpointId: endpoint.endpointId });
  expect(events.map(({ payoutId }) => payoutId)).toEqual(['po_told', 'po_missed', 'po_after']);
});

test('without an endpoint all events of the merchant are told; an endpoint knows nothing from before it', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.settle(['po_early']);
  await stage.planned();
  expect((await listAll(stage)).map(({ type, webhooks }) => [type, webhooks])).toEqual([
    ['payout.initiated', []],
    ['payout.settled', []],
  ]);
  const { endpoint } = await stage.register(merchant.url);
  await stage.settle(['po_late']);
  await stage.planned();
  const mine = await listAll(stage, { endpointId: endpoint.endpointId });
  expect(mine.map(({ payoutId }) => payoutId)).toEqual(['po_late']);
  const since = await listAll(stage, { recordedFrom: mine[0]?.recordedAt });
  expect(since.map(({ payoutId }) => payoutId)).toEqual(['po_late', 'po_late']);
  const others = await listWebhookEvents(stage.db, {
    merchantId: 'mer_002',
    endpointId: endpoint.endpointId,
    limit: 5,
  });
  expect(others).toBe('endpoint_not_found');
});

/** The log's clock as if everything so far, and the endpoints, were of yesterday. */
async function makeYesterday(stage: Stage): Promise<string> {
  await sql`update read.payout_transitions set recorded_at = recorded_at - interval '1 day'`.execute(stage.db);
  await sql`update delivery.endpoints set created_at = created_at - interval '1 day'`.execute(stage.db);
  const { rows } = await sql<{ day: string }>`
    select ((now() at time zone 'UTC')::date - 1)::text as day`.execute(stage.db);
  return rows[0]?.day ?? '';
}

test('a digest proves that a merchant has all of a day: once per day, signed, the same when asked for', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint, secret } = await stage.register(merchant.url, ['payout.settled', 'webhook.digest']);
  const { endpointId } = endpoint;
  await stage.settle(ids(12));
  await stage.settle(ids(2), 'mer_002');
  await stage.planned();
  const day = await makeYesterday(stage);
  const before = await readDigest(stage.db, { merchantId: MERCHANT, endpointId, day });
  const counts = await Promise.all([planDigests(stage.workers.db, run), planDigests(stage.workers.db, run)]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(await planDigests(stage.workers.db, run)).toBe(0);
  await stage.startWorker();
  await eventually(() => merchant.requests.some(({ rawBody }) => rawBody.includes('webhook.digest')));
  const request = merchant.requests.find(({ rawBody }) => rawBody.includes('webhook.digest'));
  if (request === undefined) throw new Error('no digest came');
  const events = await listAll(stage, { endpointId });
  const webhookIds = events.flatMap(({ webhooks }) => webhooks.map(({ webhookId }) => webhookId)).sort();
  const hash = createHash('sha256')
    .update(webhookIds.map((id) => `${id}\n`).join(''))
    .digest('hex');
  expect(verify(request, secret)).toMatchObject({
    type: 'webhook.digest',
    data: {
      day,
      count: 12,
      sums: [{ currency: 'EUR', count: 12, amountMinor: 12 * 12_345 }],
      webhookIdsSha256: hash,
      eventTypes: ['payout.settled'],
    },
  });
  const body = request.rawBody.toString('utf8');
  expect(before).toEqual({ kind: 'digest', body, webhookId: null });
  const webhookId = request.headers['webhook-id'];
  expect(await readDigest(stage.api.db, { merchantId: MERCHANT, endpointId, day })).toEqual({
    kind: 'digest',
    body,
    webhookId,
  });
});

test('a day that the log has not passed has no digest yet', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url, ['payout.settled', 'webhook.digest']);
  await stage.settle(['po_1']);
  await stage.planned();
  const day = await makeYesterday(stage);
  const today = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  const wish = { merchantId: MERCHANT, endpointId: endpoint.endpointId };
  expect(await readDigest(stage.db, { ...wish, day: today })).toEqual({ kind: 'not_closed', lastClosedDay: day });
  // Yesterday is over, and the projector is behind: more of it may come.
  await stage.stopProjector();
  await stage.settle(['po_2']);
  expect(await readDigest(stage.db, { ...wish, day })).toMatchObject({ kind: 'not_closed' });
  expect(await planDigests(stage.workers.db, run)).toBe(0);
});

test('a day is not over for a partition that has no transition yet while the projector is behind', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url, ['payout.settled', 'webhook.digest']);
  const day = await makeYesterday(stage);
  await stage.stopProjector();
  await stage.settle(['po_1']);
  const wish = { merchantId: MERCHANT, endpointId: endpoint.endpointId, day };
  expect(await readDigest(stage.db, wish)).toMatchObject({ kind: 'not_closed' });
  expect(await planDigests(stage.workers.db, run)).toBe(0);
});

test('an endpoint whose digest can not be planned keeps no other one waiting', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const types = ['payout.settled', 'webhook.digest'] as const;
  const endpoints = [await stage.register(merchant.url, [...types]), await stage.register(merchant.url, [...types])];
  const [broken, fine] = endpoints.map(({ endpoint }) => endpoint.endpointId).sort();
  await makeYesterday(stage);
  await sql`alter table delivery.digests add constraint broken check (endpoint_id <> ${sql.lit(broken)})`.execute(
    stage.db,
  );
  const told: string[] = [];
  const onError = (endpointId: string) => void told.push(endpointId);
  expect(await planDigests(stage.workers.db, { ...run, onError })).toBe(1);
  expect(told).toEqual([broken]);
  const { rows } = await sql`select endpoint_id from delivery.digests`.execute(stage.db);
  expect(rows).toEqual([{ endpoint_id: fine }]);
});

test('settled and never acknowledged: who was never told is said apart from who did not answer', async () => {
  await using stage = await openStage();
  await using good = await startFakeMerchant();
  await using bad = await startFakeMerchant({ answer: { status: 500 } });
  await stage.register(good.url);
  await stage.register(bad.url);
  await stage.register(bad.url, ['payout.settled'], 'mer_002');
  await stage.register(good.url, ['payout.failed'], 'mer_003');
  await stage.startWorker({ retrySchedule: [] });
  for (const merchantId of [MERCHANT, 'mer_002', 'mer_003', 'mer_004'])
    await stage.settle(ids(3, merchantId), merchantId);
  await eventually(async () => {
    const { rows } = await sql`select from delivery.deliveries where state = 'pending'`.execute(stage.db);
    return rows.length === 0 && good.requests.length === 3 && bad.requests.length === 6;
  });
  const report = async (merchantId?: string, olderThanMs = 0) => {
    const { lines } = await listUnacknowledged(stage.api.db, { merchantId, olderThanMs, limit: 100 });
    return lines.map(
      (line) => `${line.merchantId} ${line.reason} ${line.age} ${line.count} ${line.amountMinor} ${line.currency}`,
    );
  };
  expect((await report()).sort()).toEqual([
    'mer_002 given_up under_1_hour 3 37035 EUR',
    'mer_003 not_sent under_1_hour 3 37035 EUR',
    'mer_004 no_endpoint under_1_hour 3 37035 EUR',
  ]);
  expect(await report('mer_003')).toEqual(['mer_003 not_sent under_1_hour 3 37035 EUR']);
  expect(await report(undefined, 3_600_000)).toEqual([]);
  expect(await listUnacknowledged(stage.db, { olderThanMs: 0, limit: 1 })).toMatchObject({ isCutOff: true });
});

test('a payout that is sent again stays acknowledged', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, ({ state }) => state === 'delivered');
  await sql`update delivery.deliveries set state = 'exhausted'`.execute(stage.db);
  expect((await listUnacknowledged(stage.db, { olderThanMs: 0, limit: 10 })).lines).toEqual([]);
});
