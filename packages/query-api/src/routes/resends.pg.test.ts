import { systemClock } from '@northwind/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../test/start-api.ts';

const ENDPOINT = `we_${'0'.repeat(32)}`;
const deliveryId = (n: number) => `01a201d7-0b00-89b7-b4ae-${String(n).padStart(12, '0')}`;

let api: TestApi;
let key: string;
let other: string;
let finance: string;
let operator: string;

beforeAll(async () => {
  api = await startApi({ projector: false });
  key = await api.merchantKey('mer_001');
  other = await api.merchantKey('mer_002');
  finance = await api.roleKey('finance');
  operator = await api.roleKey('operator');
  await api.database.pool.query(`insert into delivery.endpoints (endpoint_id, merchant_id, url) values ($1, $2, $3)`, [
    ...[ENDPOINT, 'mer_001', 'https://example.com/hooks'],
  ]);
});

afterAll(() => api[Symbol.asyncDispose]());

/** Three deliveries that were given up. */
beforeEach(async () => {
  const { pool } = api.database;
  await pool.query('truncate delivery.deliveries, delivery.queue, delivery.dead_letters, delivery.resend_jobs cascade');
  await pool.query(`update delivery.endpoints set status = 'enabled', disabled_at = null, disabled_reason = null`);
  for (const n of [1, 2, 3]) {
    await pool.query(
      `insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
         payout_id, body, state, attempts_made, last_outcome, completed_at)
       values ($1, $2, 'mer_001', 4, $3, 'payout.settled', $4, '{}', 'exhausted', 10, 'timeout', $5)`,
      [deliveryId(n), ENDPOINT, n, `po_${n}`, systemClock.now()],
    );
    await pool.query(`insert into delivery.dead_letters (delivery_id, last_outcome) values ($1, 'timeout')`, [
      deliveryId(n),
    ]);
  }
});

const post = (path: string, by: string, body?: object) =>
  api.fetch(path, {
    key: by,
    method: 'POST',
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

describe('POST /v1/webhook-deliveries/:deliveryId/resend', () => {
  const resend = (n: number, by: string, query = '') =>
    post(`/v1/webhook-deliveries/${deliveryId(n)}/resend${query}`, by);

  test('puts it into the queue, in the name of the key', async () => {
    expect(await resend(1, key)).toMatchObject({
      status: 202,
      body: { deliveryId: deliveryId(1), outcome: 'requeued' },
    });
    expect((await resend(1, operator, '?merchantId=mer_001')).body).toMatchObject({ outcome: 'brought_forward' });
    const { rows } = await api.database.pool.query('select attempt, triggered_by from delivery.queue');
    expect(rows).toEqual([{ attempt: 10, triggered_by: expect.stringMatching(/^resend by operator \(key .+\)$/) }]);
  });

  test('is refused for another merchant, for finance, without an endpoint and with a wrong id', async () => {
    expect(await resend(1, other)).toMatchObject({ status: 404, body: { code: 'delivery_not_found' } });
    expect(await resend(1, finance, '?merchantId=mer_001')).toMatchObject({
      status: 403,
      body: { code: 'role_forbidden' },
    });
    expect(await post('/v1/webhook-deliveries/msg_1/resend', key)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'deliveryId' }] },
    });
    await api.database.pool.query(
      `update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'`,
    );
    const refused = await resend(1, key);
    expect(refused).toMatchObject({ status: 409, body: { code: 'endpoint_not_enabled' } });
    expect(refused.body.detail).toContain('Enable it');
  });
});

describe('/v1/webhook-resend-jobs', () => {
  const create = (by: string, body: object = {}, query = '') => post(`/v1/webhook-resend-jobs${query}`, by, body);

  test('a dry run counts and shows, and makes nothing', async () => {
    const { status, body } = await create(key, { dryRun: true, plannedFrom: '2020-01-01T00:00:00Z' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 3, sample: [{ payoutId: 'po_1', lastOutcome: 'timeout' }, {}, {}] });
    expect((await api.fetch('/v1/webhook-resend-jobs', { key })).body).toEqual({ jobs: [] });
  });

  test('a job is made, read, paused, resumed and cancelled, and its items tell why', async () => {
    const { status, body } = await create(key, { payoutId: 'po_2', ratePerSecond: 5 });
    expect(status).toBe(201);
    const { jobId } = body.job;
    expect(body.job).toMatchObject({
      ...{ merchantId: 'mer_001', state: 'running', ratePerSecond: 5, finishedAt: null },
      filter: { merchantId: 'mer_001', states: ['exhausted'], payoutId: 'po_2' },
      progress: { total: 1, waiting: 1, sending: 0, delivered: 0, exhausted: 0, cancelled: 0, skipped: 0 },
    });
    const path = `/v1/webhook-resend-jobs/${jobId}`;
    expect((await post(`${path}/pause`, key)).body.job.state).toBe('paused');
    expect((await post(`${path}/resume`, key)).body.job.state).toBe('running');
    expect((await post(`${path}/cancel`, key)).body.job).toMatchObject({
      state: 'cancelled',
      progress: { skipped: 1 },
    });
    expect(await post(`${path}/resume`, key)).toMatchObject({ status: 409, body: { code: 'resend_job_over' } });
    expect((await api.fetch(`${path}/items?state=skipped`, { key })).body.items).toMatchObject([
      { deliveryId: deliveryId(2), reason: 'job_cancelled', lastOutcome: 'timeout' },
    ]);
  });

  test('each sees and steers their own; operators all', async () => {
    const { jobId } = (await create(key)).body.job;
    const path = `/v1/webhook-resend-jobs/${jobId}`;
    for (const answer of [
      await api.fetch(path, { key: other }),
      await api.fetch(`${path}/items`, { key: other }),
      await post(`${path}/cancel`, other),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'resend_job_not_found' } });
    }
    expect((await api.fetch(path, { key: finance })).status).toBe(200);
    expect((await post(`${path}/pause`, finance)).status).toBe(403);
    expect((await post(`${path}/pause`, operator)).status).toBe(200);
    const all = (await create(operator)).body.job;
    expect(all).toMatchObject({ merchantId: null, progress: { total: 3 } });
    expect((await api.fetch('/v1/webhook-resend-jobs', { key })).body.jobs).toHaveLength(1);
    expect((await api.fetch('/v1/webhook-resend-jobs', { key: operator })).body.jobs).toHaveLength(2);
    expect(await create(key, {}, '?merchantId=mer_002')).toMatchObject({ status: 403 });
  });

  test.each([
    [{ states: [] }, 'states'],
    [{ states: ['lost'] }, 'states.0'],
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
    [{ plannedFrom: 'yesterday' }, 'plannedFrom'],
    [{ plannedBefore: '0000-01-01T00:00:00Z' }, 'plannedBefore'],
    [{ payoutid: 'po_1' }, ''],
  ])('%j is refused', async (body, field) => {
    const answer = await create(key, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    if (field !== '') expect(answer.body.errors).toMatchObject([{ field }]);
  });
});
