import { systemClock } from '@northwind/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captured, failed, initiated, settled } from '../../test/sample-events.ts';
import { startApi, type TestApi } from '../../test/start-api.ts';

let api: TestApi;
let key: string;

beforeAll(async () => {
  api = await startApi();
  key = await api.merchantKey('mer_001');
  await api.append(
    captured('mer_001', 'pay_1', 100_000),
    initiated('mer_001', 'po_1', 5_000),
    settled('mer_001', 'po_1', 5_000),
    initiated('mer_001', 'po_2', 6_000),
    failed('mer_001', 'po_2'),
    initiated('mer_001', 'po_3', 7_000),
  );
});

afterAll(() => api[Symbol.asyncDispose]());

describe('GET /v1/me', () => {
  test('says who the key is', async () => {
    expect((await api.fetch('/v1/me', { key })).body).toEqual({ merchantId: 'mer_001', role: 'merchant' });
    const finance = await api.roleKey('finance');
    expect((await api.fetch('/v1/me', { key: finance })).body).toEqual({ merchantId: null, role: 'finance' });
  });
});

describe('GET /v1/balances', () => {
  test('gives the figures as of a coordinate', async () => {
    const { status, headers, body } = await api.fetch('/v1/balances', { key });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      asOf: { epoch: expect.stringMatching(/^g1-/), partition: 4, offset: 5 },
      balances: [
        {
          currency: 'EUR',
          exponent: 2,
          availableMinor: 87_700,
          inTransitMinor: 7_000,
          reservedMinor: 0,
          grossMinor: 100_000,
          feesMinor: 300,
          refundsMinor: 0,
          disputesMinor: 0,
          adjustmentsMinor: 0,
          paidOutMinor: 5_000,
          asOf: { partition: 4, offset: 5 },
        },
      ],
    });
  });

  test('of a merchant that nothing happened to are none, as of where its partition stands', async () => {
    const other = await api.merchantKey('mer_042');
    const { body } = await api.fetch('/v1/balances', { key: other });
    expect(body).toMatchObject({ asOf: { partition: 6, offset: -1 }, balances: [] });
  });

  test('are exact past 2^53', async () => {
    const merchantId = 'mer_big';
    const largest = Number.MAX_SAFE_INTEGER;
    await api.append(captured(merchantId, 'pay_a', largest), captured(merchantId, 'pay_b', largest - 1));
    const { text } = await api.fetch('/v1/balances', { key: await api.merchantKey(merchantId) });
    expect(text).toContain(`"grossMinor":${BigInt(largest) * 2n - 1n}`);
  });
});

describe('GET /v1/payouts', () => {
  test('lists the newest first, with reasons in plain words', async () => {
    const { status, body } = await api.fetch('/v1/payouts', { key });
    expect(status).toBe(200);
    expect(body.payouts.map((payout: { payoutId: string }) => payout.payoutId)).toEqual(['po_3', 'po_2', 'po_1']);
    expect(body).toMatchObject({ asOf: { partition: 4, offset: 5 }, nextCursor: null });
    expect(body.payouts[1]).toMatchObject({
      status: 'failed',
      amountMinor: 6_000,
      exponent: 2,
      reasonCode: 'AC04',
      reasonMeaning: expect.stringContaining('closed'),
      whatToDo: expect.any(String),
      sequence: 2,
      asOf: { partition: 4, offset: 4 },
    });
  });

  test('pages by cursor to the end, neither repeating nor skipping', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await api.fetch(`/v1/payouts?limit=2${page}`, { key });
      seen.push(...body.payouts.map((payout: { payoutId: string }) => payout.payoutId));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['po_3', 'po_2', 'po_1']);
  });

  test('filters by status, and a cursor keeps to its filter', async () => {
    const { body } = await api.fetch('/v1/payouts?status=settled', { key });
    expect(body.payouts.map((payout: { payoutId: string }) => payout.payoutId)).toEqual(['po_1']);
    const { body: page } = await api.fetch('/v1/payouts?limit=1', { key });
    const mixed = await api.fetch(`/v1/payouts?status=settled&cursor=${page.nextCursor}`, { key });
    expect(mixed).toMatchObject({ status: 400, body: { code: 'cursor_invalid', errors: [{ field: 'cursor' }] } });
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=paid', 'status'],
    ['statuss=settled', 'statuss'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${'a'.repeat(600)}`, 'cursor'],
    ['merchantId=', 'merchantId'],
    ['merchantId=%00', 'merchantId'],
  ])('refuses %s and names the field', async (query, field) => {
    const { status, headers, body } = await api.fetch(`/v1/payouts?${query}`, { key });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.errors).toEqual([{ field, message: expect.any(String) }]);
    expect(body.detail).not.toBe('');
  });
});

describe('GET /v1/payouts/:payoutId', () => {
  test('gives the payout with everything that happened to it', async () => {
    const { status, body } = await api.fetch('/v1/payouts/po_1', { key });
    expect(status).toBe(200);
    expect(body.payout).toMatchObject({ payoutId: 'po_1', status: 'settled', railReference: 'rail_po_1' });
    expect(body.payout.timeline).toEqual([
      {
        type: 'payout.initiated',
        occurredAt: '2026-01-05T06:00:00.000000Z',
        recordedAt: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
        partition: 4,
        offset: 1,
        data: expect.objectContaining({ amount: 5_000, currency: 'EUR', merchantId: 'mer_001' }),
      },
      expect.objectContaining({ type: 'payout.settled', offset: 2 }),
    ]);
  });

  test('takes ids that need escaping, up to 128 characters', async () => {
    const payoutId = `po/ü?${'ß'.repeat(123)}`;
    await api.append(initiated('mer_001', payoutId));
    const { status, body } = await api.fetch(`/v1/payouts/${encodeURIComponent(payoutId)}`, { key });
    expect(status).toBe(200);
    expect(body.payout.payoutId).toBe(payoutId);
  });

  test('that is not there is a 404', async () => {
    const { status, body } = await api.fetch('/v1/payouts/po_none', { key });
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'urn:northwind:problem:payout-not-found', status: 404 });
    expect((await api.fetch('/v1/payouts/po_none/deliveries', { key })).status).toBe(404);
  });
});

describe('webhook endpoints', () => {
  const register = (body: unknown, init: { key: string } = { key }, query = '') =>
    api.fetch(`/v1/webhook-endpoints${query}`, {
      ...init,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  test('are registered, listed and removed; the secret is shown once', async () => {
    const { status, body } = await register({ url: 'http://127.0.0.1:9/hooks', eventTypes: ['payout.failed'] });
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^whsec_/);
    expect(body.endpoint).toMatchObject({ status: 'enabled', eventTypes: ['payout.failed'] });
    const { endpointId } = body.endpoint;

    const listed = await api.fetch('/v1/webhook-endpoints', { key });
    expect(listed.body.endpoints).toEqual([body.endpoint]);
    expect(listed.text).not.toContain('whsec_');

    const removed = await api.fetch(`/v1/webhook-endpoints/${endpointId}`, { key, method: 'DELETE' });
    expect(removed).toMatchObject({ status: 204, text: '' });
    expect((await api.fetch('/v1/webhook-endpoints', { key })).body.endpoints).toEqual([]);
    const again = await api.fetch(`/v1/webhook-endpoints/${endpointId}`, { key, method: 'DELETE' });
    expect(again).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
  });

  test.each([
    ['no URL', { url: 'nonsense' }, 'endpoint_refused', 'url'],
    ['a URL that is missing', {}, 'validation_failed', 'url'],
    [
      'an unknown type',
      { url: 'http://127.0.0.1:9/', eventTypes: ['payout.paid'] },
      'validation_failed',
      'eventTypes.0',
    ],
    ['an unknown member', { url: 'http://127.0.0.1:9/', secret: 'x' }, 'validation_failed', 'secret'],
    ['what is not JSON', '{', 'validation_failed', ''],
    ['a prototype key', '{"__proto__":{"url":"x"}}', 'validation_failed', ''],
  ])('%s is refused and named', async (_name, body, code, field) => {
    const answer = await register(body);
    expect(answer).toMatchObject({ status: 400, body: { code, errors: [{ field }] } });
  });

  const change = (endpointId: string, body: unknown, init: { key: string } = { key }) =>
    api.fetch(`/v1/webhook-endpoints/${endpointId}`, {
      ...init,
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('one is read and changed; its policy is what was set, and another merchant’s is not there', async () => {
    const { body: made } = await register({ url: 'http://127.0.0.1:9/hooks' });
    const { endpointId } = made.endpoint;
    expect(made.endpoint).toMatchObject({ policy: { jitter: 'proportional', timeoutMs: 15_000, ratePerSecond: null } });
    const policy = { waits: { kind: 'schedule', waitsMs: [1_000, 60_000] }, ratePerSecond: 2.5, isOrdered: true };
    const { status, body } = await change(endpointId, { policy, eventTypes: ['payout.failed'], status: 'disabled' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      released: 0,
      planned: 0,
      endpoint: { policy: { ...policy, timeoutMs: 15_000 }, status: 'disabled', disabledReason: 'merchant' },
    });
    const read = await api.fetch(`/v1/webhook-endpoints/${endpointId}`, { key });
    expect(read.body).toEqual({ endpoint: body.endpoint });
    expect(read.body.endpoint.health).toMatchObject({ circuit: 'closed', consecutiveFailures: 0, warning: null });
    const other = await api.merchantKey('mer_002');
    for (const answer of [
      await api.fetch(`/v1/webhook-endpoints/${endpointId}`, { key: other }),
      await change(endpointId, { status: 'enabled' }, { key: other }),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
    }
    expect(await change(endpointId, {}, { key: await api.roleKey('finance') })).toMatchObject({
      status: 403,
      body: { code: 'role_forbidden' },
    });
    expect((await change(endpointId, { status: 'enabled', catchUp: true })).body).toMatchObject({
      planned: 0,
      endpoint: { status: 'enabled' },
    });
    await api.fetch(`/v1/webhook-endpoints/${endpointId}`, { key, method: 'DELETE' });
  });

  test.each([
    ['a wait under a second', { waits: { kind: 'schedule', waitsMs: [5_000, 10] } }, 'policy.waits.waitsMs.1'],
    [
      'a cap under the base',
      { waits: { kind: 'exponential', baseMs: 2_000, factor: 2, capMs: 1_000 } },
      'policy.waits.capMs',
    ],
    ['a timeout beyond the operator’s', { timeoutMs: 30_001 }, 'policy.timeoutMs'],
    ['a rate of nothing', { ratePerSecond: 0 }, 'policy.ratePerSecond'],
    ['an unknown member', { retries: 3 }, 'policy.retries'],
  ])('%s is refused and named, when changed and when previewed', async (_name, policy, field) => {
    const preview = await api.fetch('/v1/webhook-endpoints/preview', {
      key,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ policy }),
    });
    for (const answer of [preview, await change('we_none', { policy })]) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
    }
  });

  test('a catch-up goes with enabling only', async () => {
    expect(await change('we_none', { catchUp: true })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'catchUp', message: 'goes with status enabled only' }] },
    });
  });

  test('a policy is previewed before it is saved', async () => {
    const { status, body } = await api.fetch('/v1/webhook-endpoints/preview', {
      key,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ policy: { waits: { kind: 'schedule', waitsMs: [10_000] } } }),
    });
    expect(status).toBe(200);
    expect(body.policy).toMatchObject({ jitter: 'proportional', concurrencyMax: 8 });
    expect(body.attempts).toEqual([
      { attempt: 1, earliestMs: 0, nominalMs: 0, latestMs: 0, isCertain: true },
      { attempt: 2, earliestMs: 8_000, nominalMs: 10_000, latestMs: 12_000, isCertain: true },
    ]);
  });

  test('finance may look and not change; an operator may do both', async () => {
    const finance = await api.roleKey('finance');
    const wish = { url: 'http://127.0.0.1:9/hooks' };
    expect(await register(wish, { key: finance }, '?merchantId=mer_007')).toMatchObject({
      status: 403,
      body: { code: 'role_forbidden' },
    });
    const operator = await api.roleKey('operator');
    expect((await register(wish, { key: operator }, '?merchantId=mer_007')).status).toBe(201);
    const { body } = await api.fetch('/v1/webhook-endpoints?merchantId=mer_007', { key: finance });
    expect(body.endpoints).toHaveLength(1);
  });
});

describe('GET /v1/payouts/:payoutId/deliveries', () => {
  test('gives what was sent with the receipt of every attempt', async () => {
    await plantDelivery();
    const { status, body } = await api.fetch('/v1/payouts/po_1/deliveries', { key });
    expect(status).toBe(200);
    expect(body.asOf).toMatchObject({ partition: 4 });
    expect(body.deliveries).toMatchObject([
      {
        webhookId: expect.stringMatching(/^msg_/),
        url: 'https://example.com/hooks',
        payoutId: 'po_1',
        eventType: 'payout.settled',
        offset: 2,
        state: 'delivered',
        attempts: [{ attempt: 1, outcome: 'delivered', outcomeMeaning: expect.any(String), responseStatus: 200 }],
      },
    ]);
    expect(body.deliveries[0]).not.toHaveProperty('merchantId');
  });

  async function plantDelivery() {
    const endpointId = `we_${'0'.repeat(32)}`;
    const deliveryId = '01a201d7-0b00-89b7-b4ae-383545f4e3cd';
    const now = systemClock.now();
    const { pool } = api.database;
    await pool.query(`insert into delivery.endpoints (endpoint_id, merchant_id, url) values ($1, 'mer_001', $2)`, [
      endpointId,
      'https://example.com/hooks',
    ]);
    await pool.query(
      `insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
         payout_id, body, state, attempts_made, completed_at)
       values ($1, $2, 'mer_001', 4, 2, 'payout.settled', 'po_1', '{}', 'delivered', 1, $3)`,
      [deliveryId, endpointId, now],
    );
    await pool.query(
      `insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, finished_at, duration_ms, outcome,
         response_status, response_headers, response_body)
       values ($1, 1, $2, $2, $2, 12, 'delivered', 200, '{"content-type":"text/plain"}', 'ok')`,
      [deliveryId, now],
    );
  }
});

describe('whatever else', () => {
  test('an unknown path is a 404 problem', async () => {
    const { status, body } = await api.fetch('/v1/nothing', { key });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not_found', instance: expect.stringMatching(/^urn:uuid:/) });
    expect((await api.fetch('/v1/balances', { key, method: 'POST' })).status).toBe(404);
  });

  test.each(['/v1/payouts/%E0%A4%A', '/v1/payouts/%00', '/etc/passwd.txt'])('%s is refused', async (path) => {
    const { status, headers } = await api.fetch(path, { key });
    expect([400, 404]).toContain(status);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  test('a body that is too large or of another type is refused before it is read', async () => {
    const post = (body: string, type: string) =>
      api.fetch('/v1/webhook-endpoints', { key, method: 'POST', headers: { 'content-type': type }, body });
    expect(await post('x'.repeat(65_537), 'application/json')).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
    expect(await post('<a/>', 'text/xml')).toMatchObject({ status: 415, body: { code: 'media_type_unsupported' } });
  });

  test('health and metrics answer on the same port', async () => {
    expect((await api.fetch('/health/live')).status).toBe(200);
    expect((await api.fetch('/health/ready')).status).toBe(200);
    const { text } = await api.fetch('/metrics');
    expect(text).toContain('settlement_api_request_seconds_count{method="GET",route="/v1/balances",status="200"}');
    expect(text).toContain('settlement_stream_sockets 0');
  });

  test('every answer carries the security headers', async () => {
    for (const path of ['/v1/me', '/login', '/nothing.js', '/v1/openapi.json']) {
      const { headers } = await api.fetch(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('the document that is served is the one that is committed', async () => {
    const { body } = await api.fetch('/v1/openapi.json');
    const committed = await import('../../schemas/openapi.json', { with: { type: 'json' } });
    expect(body).toEqual(committed.default);
  });
});
