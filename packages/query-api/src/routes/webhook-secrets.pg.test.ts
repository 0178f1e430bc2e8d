import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../test/start-api.ts';

let api: TestApi;
let key: string;
let base: string;

beforeAll(async () => {
  api = await startApi({ projector: false });
  key = await api.merchantKey('mer_001');
  const { body } = await send('POST', '/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/hooks' });
  base = `/v1/webhook-endpoints/${body.endpoint.endpointId}`;
});
afterAll(async () => api?.[Symbol.asyncDispose]());

function send(method: string, path: string, body?: unknown, as = key) {
  const content = body !== undefined && {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return api.fetch(path, { method, key: as, ...content });
}

test('a secret is rotated and shown this once; who did it stays on record', async () => {
  const rotated = await send('POST', `${base}/secret/rotate`, { overlapHours: 1, reason: 'yearly' });
  expect(rotated).toMatchObject({ status: 201, body: { version: 2, scheme: 'v1', publicKey: null } });
  expect(rotated.body.secret).toMatch(/^whsec_/);
  const listed = await send('GET', `${base}/secrets`);
  expect(listed.body.secrets).toEqual(rotated.body.secrets);
  expect(listed.body.secrets).toMatchObject([
    { version: 2, expiresAt: null },
    { version: 1, expiresAt: expect.any(String) },
  ]);
  expect(listed.text).not.toContain('whsec_');

  const pair = await send('POST', `${base}/secret/rotate`, { scheme: 'v1a' });
  expect(pair.body).toMatchObject({ version: 3, secret: null, publicKey: expect.stringMatching(/^whpk_/) });
  expect((await send('GET', `${base}/secrets`)).body.secrets[2].publicKey).toBe(pair.body.publicKey);

  expect(await send('DELETE', `${base}/secrets/1`)).toMatchObject({ status: 204 });
  expect(await send('DELETE', `${base}/secrets/1`)).toMatchObject({ status: 404, body: { code: 'secret_not_found' } });
  expect(await send('DELETE', `${base}/secrets/2`)).toMatchObject({ status: 400, body: { code: 'secret_refused' } });

  const { body } = await send('GET', `${base}/secret-actions`);
  const who = expect.stringMatching(/^merchant key_/);
  expect(body.actions).toMatchObject([
    { action: 'removed', version: 1, actor: who },
    { action: 'created', version: 3, scheme: 'v1a', actor: who },
    { action: 'rotated', version: 2, actor: who, reason: 'yearly' },
    { action: 'created', version: 1, actor: who, reason: null },
  ]);
  const older = await send('GET', `${base}/secret-actions?before=${body.actions[1].actionId}`);
  expect(older.body.actions).toEqual(body.actions.slice(2));
});

test.each([
  ['an overlap of eight days', { overlapHours: 192 }, 'validation_failed', 'overlapHours'],
  ['an unknown scheme', { scheme: 'v2' }, 'validation_failed', 'scheme'],
  ['a secret that is too short', { secret: 'whsec_c2hvcnQ=' }, 'secret_refused', 'secret'],
  ['an own secret for v1a', { scheme: 'v1a', secret: 'whsec_c2hvcnQ=' }, 'secret_refused', 'secret'],
  ['a blank reason', { reason: ' ' }, 'validation_failed', 'reason'],
])('%s is refused and named', async (_name, body, code, field) => {
  expect(await send('POST', `${base}/secret/rotate`, body)).toMatchObject({
    status: 400,
    body: { code, errors: [{ field }] },
  });
});

test('looking is one permission, rotating another, and nobody does either with another merchant’s', async () => {
  const finance = await api.roleKey('finance');
  const named = '?merchantId=mer_001';
  expect(await send('GET', `${base}/secrets${named}`, undefined, finance)).toMatchObject({ status: 200 });
  for (const [method, path] of [
    ['POST', '/secret/rotate'],
    ['DELETE', '/secrets/1'],
  ] as const) {
    const body = method === 'POST' ? {} : undefined;
    const refused = await send(method, `${base}${path}${named}`, body, finance);
    expect(refused).toMatchObject({ status: 403, body: { code: 'role_forbidden' } });
  }
  const other = await api.merchantKey('mer_002');
  for (const [method, path, body] of [
    ['GET', '/secrets'],
    ['GET', '/secret-actions'],
    ['DELETE', '/secrets/1'],
    ['POST', '/secret/rotate', {}],
  ] as const) {
    const refused = await send(method, `${base}${path}`, body, other);
    expect(refused, path).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
  }
});

test('a person’s session rotates too, and its name on record gives no way back to the cookie', async () => {
  const cookie = await api.signIn('mer_001');
  const answer = await api.fetch(`${base}/secret/rotate`, {
    method: 'POST',
    headers: { cookie, origin: api.url, 'content-type': 'application/json' },
    body: '{"overlapHours":0}',
  });
  expect(answer.status).toBe(201);
  const { body } = await send('GET', `${base}/secret-actions`);
  expect(body.actions[0].actor).toMatch(/^merchant session [0-9a-f]{12}$/);
});
