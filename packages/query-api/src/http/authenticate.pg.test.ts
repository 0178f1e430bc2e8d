import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captured, initiated } from '../../test/sample-events.ts';
import { startApi, type TestApi } from '../../test/start-api.ts';
import { createApiKey } from '../access/create-api-key.ts';
import { createLoginLink } from '../access/create-login-link.ts';
import { revokeApiKey } from '../access/revoke-api-key.ts';

let api: TestApi;
let victimKey: string;
let attackerKey: string;

beforeAll(async () => {
  api = await startApi();
  victimKey = await api.merchantKey('mer_001');
  attackerKey = await api.merchantKey('mer_042');
  await api.append(captured('mer_001', 'pay_1'), initiated('mer_001', 'po_secret', 4_321));
});

afterAll(() => api[Symbol.asyncDispose]());

const PATHS = [
  '/v1/me',
  '/v1/balances',
  '/v1/payouts',
  '/v1/payouts/po_secret',
  '/v1/payouts/po_secret/deliveries',
  '/v1/webhook-endpoints',
];

describe('without a valid key', () => {
  test.each([
    ['nothing', {}],
    ['another scheme', { authorization: 'Basic bmV3OnNlY3JldA==' }],
    ['a key that is none', { authorization: 'Bearer x' }],
    ['a key of the right form', { authorization: `Bearer nws_${'a'.repeat(43)}` }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['a cookie that is none', { cookie: 'nw_session=x' }],
    ['a cookie of the right form', { cookie: `nw_session=nwc_${'a'.repeat(43)}` }],
  ] as [string, Record<string, string>][])('%s is refused everywhere', async (_name, headers) => {
    for (const path of PATHS) {
      const answer = await api.fetch(path, { headers });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
    const ticket = await api.fetch('/v1/stream-tickets', { method: 'POST', headers: { ...headers, origin: api.url } });
    expect(ticket.status).toBe(401);
  });

  test('a wrong key is not saved by a right cookie', async () => {
    const cookie = await api.signIn('mer_001');
    const answer = await api.fetch('/v1/me', { headers: { cookie, authorization: `Bearer nws_${'a'.repeat(43)}` } });
    expect(answer.status).toBe(401);
  });

  test('a revoked key is none', async () => {
    const { db } = api.database;
    const { key, keyId } = await createApiKey(db, { role: 'merchant', merchantId: 'mer_001', name: 'leaked' });
    expect((await api.fetch('/v1/me', { key })).status).toBe(200);
    expect(await revokeApiKey(db, keyId)).toBe(true);
    expect((await api.fetch('/v1/me', { key })).status).toBe(401);
    expect(await revokeApiKey(db, keyId)).toBe(false);
  });

  test('only hashes are kept', async () => {
    const { rows } = await api.database.pool.query<{ row: string }>('select k::text as row from access.api_keys k');
    expect(rows.map(({ row }) => row).join()).not.toContain(victimKey);
    expect(rows.map(({ row }) => row).join()).not.toContain(victimKey.slice(4));
  });
});

describe('a merchant with a valid key', () => {
  test('doesn’t learn of another’s payout whether it exists', async () => {
    for (const path of ['/v1/payouts/po_secret', '/v1/payouts/po_secret/deliveries']) {
      const hidden = await api.fetch(path, { key: attackerKey });
      const absent = await api.fetch(path.replace('po_secret', 'po_absent'), { key: attackerKey });
      const { instance: _hidden, ...hiddenBody } = hidden.body;
      const { instance: _absent, ...absentBody } = absent.body;
      expect(hidden.status).toBe(404);
      expect(hiddenBody).toEqual(absentBody);
    }
  });

  test('sees nothing of another in its own lists', async () => {
    for (const path of ['/v1/balances', '/v1/payouts']) {
      const { text } = await api.fetch(path, { key: attackerKey });
      expect(text).not.toContain('mer_001');
      expect(text).not.toContain('4321');
    }
  });

  test('can’t name another merchant, on any route', async () => {
    const calls: [string, RequestInit][] = [
      ...PATHS.slice(1).map((path): [string, RequestInit] => [path, {}]),
      ['/v1/stream-tickets', { method: 'POST' }],
      [`/v1/webhook-endpoints/we_${'0'.repeat(32)}`, { method: 'DELETE' }],
      [
        '/v1/webhook-endpoints',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"url":"http://127.0.0.1:9/"}',
        },
      ],
    ];
    for (const [path, init] of calls) {
      const answer = await api.fetch(`${path}?merchantId=mer_001`, { ...init, key: attackerKey });
      expect(answer).toMatchObject({ status: 403, body: { code: 'merchant_forbidden' } });
    }
    expect((await api.fetch('/v1/balances?merchantId=mer_042', { key: attackerKey })).status).toBe(200);
  });

  test('can’t reach another’s data with the other’s cursor', async () => {
    await api.append(initiated('mer_001', 'po_secret2'));
    const { body } = await api.fetch('/v1/payouts?limit=1', { key: victimKey });
    const { text } = await api.fetch(`/v1/payouts?cursor=${body.nextCursor}`, { key: attackerKey });
    expect(text).not.toContain('po_secret');
  });

  test('can’t remove another’s endpoint', async () => {
    const { body } = await api.fetch('/v1/webhook-endpoints', {
      key: victimKey,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"url":"http://127.0.0.1:9/"}',
    });
    const path = `/v1/webhook-endpoints/${body.endpoint.endpointId}`;
    expect((await api.fetch(path, { key: attackerKey, method: 'DELETE' })).status).toBe(404);
    expect((await api.fetch('/v1/webhook-endpoints', { key: victimKey })).body.endpoints).toHaveLength(1);
  });
});

describe('finance and operators', () => {
  test.each(['finance', 'operator'] as const)('%s reads any merchant, and has to name one', async (role) => {
    const key = await api.roleKey(role);
    const { body } = await api.fetch('/v1/payouts/po_secret?merchantId=mer_001', { key });
    expect(body.payout.amountMinor).toBe(4_321);
    expect(await api.fetch('/v1/balances', { key })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'merchantId' }] },
    });
  });
});

describe('a session', () => {
  const exchange = (token: string, headers: Record<string, string> = { origin: api.url }) =>
    api.fetch('/v1/sessions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    });

  test('comes from a login link, once, as a cookie that scripts can’t read', async () => {
    const { token, expiresAt } = await createLoginLink(api.database.db, { merchantId: 'mer_001', ttlMs: 60_000 });
    expect(expiresAt).toMatch(/Z$/);
    const first = await exchange(token);
    expect(first.status).toBe(204);
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^nw_session=nwc_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const me = await api.fetch('/v1/me', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(me.body).toEqual({ merchantId: 'mer_001', role: 'merchant' });
    expect(await exchange(token)).toMatchObject({ status: 401, body: { code: 'login_refused' } });
  });

  test('of two exchanges at the same time one wins', async () => {
    const { token } = await createLoginLink(api.database.db, { merchantId: 'mer_001', ttlMs: 60_000 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 7 }, () => 401)]);
  });

  test('doesn’t come from a link that is too old, or from anything else', async () => {
    const { token } = await createLoginLink(api.database.db, { merchantId: 'mer_001', ttlMs: -1 });
    expect((await exchange(token)).status).toBe(401);
    expect((await exchange('nonsense')).status).toBe(401);
    expect(await exchange('')).toMatchObject({ status: 400, body: { errors: [{ field: 'token' }] } });
  });

  test('is Secure where the browser came by https', async () => {
    const { token } = await createLoginLink(api.database.db, { merchantId: 'mer_001', ttlMs: 60_000 });
    const { headers } = await exchange(token, { origin: api.url.replace('http:', 'https:') });
    expect(headers.get('set-cookie')).toContain('Secure');
  });

  test('can’t be opened by a page of another site', async () => {
    const { token } = await createLoginLink(api.database.db, { merchantId: 'mer_001', ttlMs: 60_000 });
    expect(await exchange(token, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { code: 'origin_forbidden' },
    });
    expect((await exchange(token)).status).toBe(204);
  });

  test('changes nothing for a page of another site, or for one that hides where it is from', async () => {
    const cookie = await api.signIn('mer_001');
    for (const origin of ['https://evil.example', 'null', undefined]) {
      const headers = { cookie, ...(origin && { origin }) };
      for (const [path, method] of [
        ['/v1/stream-tickets', 'POST'],
        ['/v1/webhook-endpoints', 'POST'],
        [`/v1/webhook-endpoints/we_${'0'.repeat(32)}`, 'DELETE'],
        ['/v1/sessions', 'DELETE'],
      ] as const) {
        const answer = await api.fetch(path, { method, headers });
        expect(answer).toMatchObject({ status: 403, body: { code: 'origin_forbidden' } });
      }
    }
    expect((await api.fetch('/v1/me', { headers: { cookie } })).status).toBe(200);
    const ours = await api.fetch('/v1/stream-tickets', { method: 'POST', headers: { cookie, origin: api.url } });
    expect(ours.status).toBe(201);
  });

  test('ends by signing out', async () => {
    const cookie = await api.signIn('mer_001');
    const out = await api.fetch('/v1/sessions', { method: 'DELETE', headers: { cookie, origin: api.url } });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^nw_session=; .*Expires=Thu, 01 Jan 1970/);
    expect((await api.fetch('/v1/me', { headers: { cookie } })).status).toBe(401);
  });

  test('ends when its time is over', async () => {
    const cookie = await api.signIn('mer_001');
    await api.database.pool.query(`update access.sessions set expires_at = clock_timestamp() - interval '1 second'`);
    expect((await api.fetch('/v1/me', { headers: { cookie } })).status).toBe(401);
  });
});
