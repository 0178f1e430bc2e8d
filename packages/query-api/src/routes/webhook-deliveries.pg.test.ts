import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../test/start-api.ts';

const LIST = '/v1/webhook-deliveries';
const endpointOf = (merchant: number) => `we_${String(merchant).repeat(32)}`;
/** Of merchant `m`, the nth second of 06:00. */
const idOf = (m: number, n: number) => {
  const ms = (Date.parse('2026-11-22T06:00:00Z') + n * 1_000).toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-8000-a000-00000000000${m}`;
};

let api: TestApi;
let key: string;

beforeAll(async () => {
  api = await startApi({ projector: false });
  key = await api.merchantKey('mer_001');
  const { pool } = api.database;
  for (const m of [1, 2]) {
    await pool.query(`insert into delivery.endpoints (endpoint_id, merchant_id, url) values ($1, $2, $3)`, [
      endpointOf(m),
      `mer_00${m}`,
      `https://example.com/${m}`,
    ]);
    for (let n = 0; n < 5; n += 1) {
      await pool.query(
        `insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
           payout_id, body, state, attempts_made, last_outcome, completed_at)
         values ($1, $2, $3, 4, $4, 'payout.settled', $5, '{}', $6, 1, $7, now())`,
        [idOf(m, n), endpointOf(m), `mer_00${m}`, n, `po_${n}`, n === 3 ? 'exhausted' : 'delivered', 'delivered'],
      );
    }
  }
  await pool.query(
    `insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, first_byte_at, finished_at,
       duration_ms, dns_ms, connect_ms, tls_ms, wait_ms, destination_ip, request_headers, outcome,
       secret_version,
       response_status, response_headers, response_body, response_sha256)
     values ($1, 1, now(), now(), now(), now(), 12, 1, 2, 3, 4, '2606:4700::1111', '{"webhook-id":"msg_1"}',
       'delivered',
       1, 200, '{"content-type":"text/plain"}', 'ok', sha256('ok'))`,
    [idOf(1, 0)],
  );
});

afterAll(() => api[Symbol.asyncDispose]());

const payoutsOf = (body: { deliveries: { payoutId: string }[] }) => body.deliveries.map(({ payoutId }) => payoutId);

describe('GET /v1/webhook-deliveries', () => {
  test('gives a merchant’s own, newest first, a page at a time', async () => {
    const first = await api.fetch(`${LIST}?limit=3`, { key });
    expect(payoutsOf(first.body)).toEqual(['po_4', 'po_3', 'po_2']);
    expect(first.body.deliveries[0]).toMatchObject({ url: 'https://example.com/1', state: 'delivered' });
    expect(first.body.deliveries[0]).not.toHaveProperty('attempts');
    const second = await api.fetch(`${LIST}?limit=3&cursor=${first.body.nextCursor}`, { key });
    expect(payoutsOf(second.body)).toEqual(['po_1', 'po_0']);
    expect(second.body.nextCursor).toBeNull();
  });

  test.each([
    ['state=exhausted', ['po_3']],
    ['state=pending', []],
    ['payoutId=po_2', ['po_2']],
    ['outcome=delivered&eventType=payout.settled&payoutId=po_1', ['po_1']],
    ['outcome=timeout', []],
    [`endpointId=${endpointOf(1)}&limit=1`, ['po_4']],
    [`endpointId=${endpointOf(2)}`, []],
    ['from=2026-11-22T06:00:02Z&to=2026-11-22T07:00:04%2B01:00', ['po_3', 'po_2']],
  ])('filters by %s', async (query, payouts) => {
    const { status, body } = await api.fetch(`${LIST}?${query}`, { key });
    expect(status).toBe(200);
    expect(payoutsOf(body)).toEqual(payouts);
  });

  test.each(['state=lost', 'from=yesterday', 'outcome=fine', 'limit=0', 'limit=201', 'eventType=x', 'other=1'])(
    'refuses %s and names the field',
    async (query) => {
      const { status, body } = await api.fetch(`${LIST}?${query}`, { key });
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field: expect.any(String) }] });
    },
  );

  test('refuses a cursor of another filter, or of nobody', async () => {
    const { body } = await api.fetch(`${LIST}?limit=1`, { key });
    for (const query of [`limit=1&state=delivered&cursor=${body.nextCursor}`, 'cursor=abc']) {
      expect(await api.fetch(`${LIST}?${query}`, { key })).toMatchObject({
        status: 400,
        body: { code: 'cursor_invalid' },
      });
    }
  });

  test('is bound to the merchant', async () => {
    expect(await api.fetch(`${LIST}?merchantId=mer_002`, { key })).toMatchObject({
      status: 403,
      body: { code: 'merchant_forbidden' },
    });
    const finance = await api.roleKey('finance');
    const { body } = await api.fetch(`${LIST}?merchantId=mer_002&limit=1`, { key: finance });
    expect(body.deliveries[0].endpointId).toBe(endpointOf(2));
    // A cursor grants nothing: it begins the caller's own list.
    const mine = await api.fetch(`${LIST}?limit=1&cursor=${body.nextCursor}`, { key });
    expect(mine.body.deliveries[0].endpointId).toBe(endpointOf(1));
  });
});

describe('GET /v1/webhook-deliveries/:deliveryId', () => {
  test('gives every field of every receipt', async () => {
    const { status, body } = await api.fetch(`${LIST}/${idOf(1, 0)}`, { key });
    expect(status).toBe(200);
    expect(body.delivery).toMatchObject({ deliveryId: idOf(1, 0), payoutId: 'po_0' });
    expect(body.delivery.attempts).toEqual([
      expect.objectContaining({
        dnsMs: 1,
        connectMs: 2,
        tlsMs: 3,
        waitMs: 4,
        destinationIp: '2606:4700::1111',
        firstByteAt: expect.stringMatching(/Z$/),
        secretVersion: 1,
        requestHeaders: { 'webhook-id': 'msg_1' },
        responseBody: 'ok',
        responseSha256: '2689367b205c16ce32ed4200942b8b8b1e262dfc70d9bc9fbc77c49699a4f1df',
        outcomeMeaning: expect.any(String),
      }),
    ]);
  });

  test('gives the latest 200 receipts, and the earlier ones on being asked', async () => {
    await api.database.pool.query(
      `insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome)
       select $1, n, now(), now(), 'lease_expired' from generate_series(1, 450) n`,
      [idOf(1, 1)],
    );
    const numbers: number[] = [];
    let query = '';
    for (let pages = 0; pages < 3; pages += 1) {
      const { body } = await api.fetch(`${LIST}/${idOf(1, 1)}${query}`, { key });
      const page = body.delivery.attempts.map(({ attempt }: { attempt: number }) => attempt);
      expect(page.length).toBeLessThanOrEqual(200);
      expect(page).toEqual(page.toSorted((a: number, b: number) => a - b));
      numbers.unshift(...page);
      query = `?attemptsBefore=${body.delivery.attemptsBefore}`;
    }
    expect(query).toBe('?attemptsBefore=null');
    expect(numbers).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
    for (const wrong of ['0', 'x', '2147483648']) {
      expect(await api.fetch(`${LIST}/${idOf(1, 1)}?attemptsBefore=${wrong}`, { key })).toMatchObject({ status: 400 });
    }
  });

  test('does not know another merchant’s, and refuses what is no id', async () => {
    const other = await api.fetch(`${LIST}/${idOf(2, 0)}`, { key });
    expect(other).toMatchObject({ status: 404, body: { code: 'delivery_not_found' } });
    expect((await api.fetch(`${LIST}/abc`, { key })).status).toBe(400);
  });
});
