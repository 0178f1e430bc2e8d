import { afterAll, beforeAll, expect, test } from 'vitest';
import { initiated, settled } from '../../test/sample-events.ts';
import { startApi, type TestApi } from '../../test/start-api.ts';

let api: TestApi;
let key: string;
let endpointId: string;

const MERCHANT = 'mer_001';

beforeAll(async () => {
  api = await startApi();
  key = await api.merchantKey(MERCHANT);
  endpointId = await register(key);
  for (const id of ['po_1', 'po_2', 'po_3']) await api.append(initiated(MERCHANT, id), settled(MERCHANT, id));
});

afterAll(() => api[Symbol.asyncDispose]());

async function register(by: string): Promise<string> {
  const body = JSON.stringify({ url: 'http://127.0.0.1:9/hook', eventTypes: ['payout.settled', 'webhook.digest'] });
  const headers = { 'content-type': 'application/json' };
  const answer = await api.fetch('/v1/webhook-endpoints', { key: by, method: 'POST', headers, body });
  expect(answer.status).toBe(201);
  return answer.body.endpoint.endpointId;
}

const sendTest = (id: string, by: string) => api.fetch(`/v1/webhook-endpoints/${id}/test`, { key: by, method: 'POST' });

test('GET /v1/webhook-events pages through what an endpoint is owed, and the cursor goes on later', async () => {
  const path = `/v1/webhook-events?endpointId=${endpointId}&limit=2`;
  const first = await api.fetch(path, { key });
  expect(first.body).toMatchObject({ asOf: { partition: 4 }, hasMore: true });
  expect(first.body.events[0]).toMatchObject({
    type: 'payout.settled',
    payoutId: 'po_1',
    webhooks: [{ endpointId, webhookId: expect.stringMatching(/^msg_[0-9a-f]{32}$/), state: null }],
  });
  expect(JSON.parse(first.body.events[0].body)).toMatchObject({ type: 'payout.settled', data: { payoutId: 'po_1' } });
  const second = await api.fetch(`${path}&after=${first.body.nextCursor}`, { key });
  expect(second.body.events.map((event: { payoutId: string }) => event.payoutId)).toEqual(['po_3']);
  expect(second.body.hasMore).toBe(false);
  const third = await api.fetch(`${path}&after=${second.body.nextCursor}`, { key });
  expect(third.body).toMatchObject({ events: [], hasMore: false, nextCursor: second.body.nextCursor });
  await api.append(initiated(MERCHANT, 'po_4'), settled(MERCHANT, 'po_4'));
  const fourth = await api.fetch(`${path}&after=${third.body.nextCursor}`, { key });
  expect(fourth.body.events.map((event: { payoutId: string }) => event.payoutId)).toEqual(['po_4']);
});

test('GET /v1/webhook-events refuses another’s endpoint, a cursor of another list and what is no time', async () => {
  const other = await api.merchantKey('mer_002');
  const refused = await api.fetch(`/v1/webhook-events?endpointId=${endpointId}`, { key: other });
  expect(refused).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
  expect((await api.fetch('/v1/webhook-events', { key: other })).body.events).toEqual([]);
  const { nextCursor } = (await api.fetch('/v1/webhook-events?limit=1', { key })).body;
  const wrong = await api.fetch(`/v1/webhook-events?endpointId=${endpointId}&after=${nextCursor}`, { key });
  expect(wrong).toMatchObject({ status: 400, body: { code: 'cursor_invalid', errors: [{ field: 'after' }] } });
  const since = await api.fetch('/v1/webhook-events?since=yesterday', { key });
  expect(since).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'since' }] } });
  expect((await api.fetch('/v1/webhook-events?since=2100-01-01T00:00:00Z', { key })).body.events).toEqual([]);
});

test('GET /v1/webhook-digests tells a day that is closed, and of no other', async () => {
  const path = `/v1/webhook-digests?endpointId=${endpointId}&day=`;
  const closed = await api.fetch(`${path}2026-01-05`, { key });
  expect(closed).toMatchObject({ status: 200, body: { day: '2026-01-05', webhookId: null } });
  expect(JSON.parse(closed.body.body)).toMatchObject({
    type: 'webhook.digest',
    data: { endpointId, count: 0, sums: [] },
  });
  expect(await api.fetch(`${path}2100-01-01`, { key })).toMatchObject({
    status: 409,
    body: { code: 'day_not_closed' },
  });
  for (const day of ['2026-02-30', '0000-01-01']) {
    expect(await api.fetch(path + day, { key })).toMatchObject({ status: 400, body: { errors: [{ field: 'day' }] } });
  }
  const other = await api.merchantKey('mer_002');
  expect(await api.fetch(`${path}2026-01-05`, { key: other })).toMatchObject({ status: 404 });
});

test('GET /v1/webhook-acknowledgements: a merchant sees its own, operators see all', async () => {
  await api.append(settled('mer_lonely', 'po_9', 700));
  const path = '/v1/webhook-acknowledgements?olderThanSeconds=0';
  const own = (await api.fetch(path, { key })).body;
  expect(own).toMatchObject({
    lines: [{ merchantId: MERCHANT, reason: 'not_sent', age: 'under_1_hour', currency: 'EUR', exponent: 2 }],
    isCutOff: false,
  });
  const operator = await api.roleKey('operator');
  const all = (await api.fetch(path, { key: operator })).body.lines;
  expect(all.map((line: { merchantId: string }) => line.merchantId).sort()).toEqual([MERCHANT, 'mer_lonely']);
  const lonely = (await api.fetch(`${path}&merchantId=mer_lonely`, { key: operator })).body.lines;
  expect(lonely).toMatchObject([{ reason: 'no_endpoint', count: 1, amountMinor: 700 }]);
  expect((await api.fetch(`${path}&merchantId=mer_lonely`, { key })).status).toBe(403);
  expect((await api.fetch('/v1/webhook-acknowledgements', { key })).body.lines).toEqual([]);
});

test('POST …/test plans one test, six a minute at most, and only for who may', async () => {
  const mine = await api.merchantKey('mer_tests');
  const id = await register(mine);
  expect(await sendTest(id, key)).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
  expect(await sendTest(id, await api.roleKey('finance'))).toMatchObject({
    status: 403,
    body: { code: 'role_forbidden' },
  });
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendTest(id, mine)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(6);
  expect(answers.filter(({ body }) => body.code === 'too_many_tests')).toHaveLength(4);
  const { deliveries } = (await api.fetch(`/v1/webhook-endpoints/${id}/tests`, { key: mine })).body;
  expect(deliveries).toHaveLength(6);
  expect(deliveries[0]).toMatchObject({ eventType: 'webhook.test', payoutId: null, partition: null, state: 'pending' });
  const ids = answers.flatMap(({ body }) => body.webhookId ?? []);
  expect(deliveries.map((delivery: { webhookId: string }) => delivery.webhookId).sort()).toEqual(ids.sort());
  expect((await api.fetch(`/v1/webhook-endpoints/${id}/tests`, { key })).body.deliveries).toEqual([]);
});

test('the tests of all endpoints of a merchant are sixty an hour at most', async () => {
  const mine = await api.merchantKey('mer_many');
  const endpoints = await Promise.all(Array.from({ length: 11 }, () => register(mine)));
  const answers = [];
  for (const id of endpoints) for (let i = 0; i < 6; i += 1) answers.push(await sendTest(id, mine));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(60);
  expect(answers.at(-1)?.body.detail).toContain('60 tests within an hour');
});
