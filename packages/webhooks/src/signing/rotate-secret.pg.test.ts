import { createPublicKey, verify as verifyEd25519 } from 'node:crypto';
import { randomBytes } from '@northwind/service-kit';
import { eventually, type MerchantRequest, startFakeMerchant } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { Webhook } from 'svix';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, SECRETS_KEY, type Stage, verify } from '../../test/open-stage.ts';
import { removeEndpoint } from '../endpoints/remove-endpoint.ts';
import { SECRET_OVERLAP_HOURS, SECRETS_LIVE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { listSecretActions } from './list-secret-actions.ts';
import { listSecrets } from './list-secrets.ts';
import { removeSecret } from './remove-secret.ts';
import { rotateSecret, type SecretToRotate } from './rotate-secret.ts';
import { SECRET_PROBLEMS } from './secret-problem.ts';
import { deleteExpiredSecrets } from './secret-sweeper.ts';

const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const actor = 'ada';
const url = 'http://127.0.0.1:9/hook';

function rotate(stage: Stage, endpointId: string, wish: Partial<SecretToRotate> = {}) {
  const options = { secretsKey: SECRETS_KEY, randomBytes };
  return rotateSecret(apiOf(stage), { merchantId: MERCHANT, endpointId, actor, ...wish }, options);
}

async function rotated(stage: Stage, endpointId: string, wish: Partial<SecretToRotate> = {}) {
  const result = await rotate(stage, endpointId, wish);
  if (!result.ok) throw new Error(`${result.problem.field} ${result.problem.message}`);
  return result;
}

test('both secrets sign during the overlap, the current one first, and receipts name its version', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint, secret: first } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await stage.startWorker();
  await stage.settle(['po_1']);
  await stage.whenDeliveries(1, isDelivered);
  const { secret: second, version, secrets } = await rotated(stage, endpointId, { reason: 'yearly' });
  expect(version).toBe(2);
  expect(secrets.map((secret) => [secret.version, secret.expiresAt !== null])).toEqual([
    [2, false],
    [1, true],
  ]);
  const overlapMs = Date.parse(secrets[1]?.expiresAt ?? '') - Date.parse(secrets[0]?.createdAt ?? '');
  expect(overlapMs).toBe(SECRET_OVERLAP_HOURS.default * 3_600_000);
  await stage.settle(['po_2']);
  const deliveries = await stage.whenDeliveries(2, isDelivered);
  expect(deliveries.map(({ attempts }) => attempts[0]?.secretVersion).sort()).toEqual([1, 2]);
  const [before, during] = merchant.requests as [MerchantRequest, MerchantRequest];
  expect(signaturesOf(before)).toHaveLength(1);
  expect(signaturesOf(during)).toHaveLength(2);
  expect(signaturesOf(during)[0]).toBe(signatureWith(during, second ?? ''));
  for (const secret of [first, second ?? '']) verify(during, secret);
  expect(() => verify(before, second ?? '')).toThrow();

  await rotated(stage, endpointId, { overlapHours: 0, reason: 'it leaked' });
  await stage.settle(['po_3']);
  await stage.whenDeliveries(3, isDelivered);
  const after = merchant.requests[2] as MerchantRequest;
  expect(signaturesOf(after)).toHaveLength(1);
  for (const secret of [first, second ?? '']) expect(() => verify(after, secret)).toThrow();
});

test('an expired secret signs nothing and is deleted on record, by the workers', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register(url);
  const { endpointId } = endpoint;
  await rotated(stage, endpointId);
  await expireOld(stage);
  expect(await listSecrets(apiOf(stage), { merchantId: MERCHANT, endpointId })).toMatchObject([{ version: 2 }]);
  await stage.startWorker();
  await eventually(async () => (await versions(stage)).length === 1);
  expect(await versions(stage)).toEqual([2]);
  expect(await actions(stage, endpointId)).toEqual([
    ['expired', 1, expect.stringContaining('webhooks')],
    ['rotated', 2, 'ada'],
    ['created', 1, `merchant ${MERCHANT}`],
  ]);
  expect(await deleteExpiredSecrets(stage.db as unknown as Kysely<DeliveryTables>)).toBe(0);
});

test('a version is never given again', async () => {
  await using stage = await openStage();
  const { endpointId } = (await stage.register(url)).endpoint;
  const { version } = await rotated(stage, endpointId, { scheme: 'v1a' });
  const wish = { merchantId: MERCHANT, endpointId, version, actor };
  expect(await removeSecret(apiOf(stage), wish)).toEqual({ ok: true });
  expect((await rotated(stage, endpointId, { scheme: 'v1a' })).version).toBe(version + 1);
});

test('v1a signs beside v1, and Node’s own Ed25519 verifies it with the public key alone', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint, secret } = await stage.register(merchant.url);
  const added = await rotated(stage, endpoint.endpointId, { scheme: 'v1a' });
  const replaced = await rotated(stage, endpoint.endpointId, { scheme: 'v1a' });
  expect(added).toMatchObject({ secret: null, publicKey: expect.stringMatching(/^whpk_/) });
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery?.attempts).toMatchObject([{ secretVersion: 1 }]);
  const [request] = (await merchant.waitForRequests(1)) as [MerchantRequest];
  const [v1, ...v1a] = signaturesOf(request);
  expect(v1).toBe(signatureWith(request, secret));
  verify(request, secret);
  expect(v1a.map((signature) => signature.split(',')[0])).toEqual(['v1a', 'v1a']);
  for (const [i, { publicKey }] of [replaced, added].entries()) {
    expect(verifiesV1a(request, v1a[i] ?? '', publicKey ?? '')).toBe(true);
    expect(verifiesV1a(request, v1a[1 - i] ?? '', publicKey ?? '')).toBe(false);
  }
});

test('a merchant may bring a secret of its own', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpointId } = (await stage.register(merchant.url)).endpoint;
  const secret = `whsec_${Buffer.from(randomBytes(24)).toString('base64')}`;
  expect(await rotated(stage, endpointId, { secret, overlapHours: 0 })).toMatchObject({ secret });
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [request] = (await merchant.waitForRequests(1)) as [MerchantRequest];
  verify(request, secret);
});

test('what can not be rotated is refused with the field that is wrong, and nothing changes', async () => {
  await using stage = await openStage();
  const { endpointId } = (await stage.register(url)).endpoint;
  const own = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
  const wishes: [Partial<SecretToRotate>, keyof typeof SECRET_PROBLEMS][] = [
    [{ scheme: 'v2' }, 'scheme_unknown'],
    [{ overlapHours: -1 }, 'overlap_invalid'],
    [{ overlapHours: 0.5 }, 'overlap_invalid'],
    [{ overlapHours: 169 }, 'overlap_invalid'],
    [{ scheme: 'v1a', secret: own(randomBytes(32)) }, 'secret_not_for_scheme'],
    [{ secret: own(randomBytes(23)) }, 'secret_form'],
    [{ secret: own(randomBytes(65)) }, 'secret_form'],
    [{ secret: own(randomBytes(32)).slice(6) }, 'secret_form'],
    [{ secret: own(randomBytes(32)).slice(0, -1) }, 'secret_form'],
    [{ secret: own(Buffer.alloc(32, 'abc')) }, 'secret_weak'],
    [{ merchantId: 'mer_002' }, 'endpoint_not_found'],
    [{ endpointId: 'we_0' }, 'endpoint_not_found'],
  ];
  for (const [wish, code] of wishes) {
    const problem = { code, ...SECRET_PROBLEMS[code] };
    expect(await rotate(stage, endpointId, wish), JSON.stringify(wish)).toEqual({ ok: false, problem });
  }
  expect(await versions(stage)).toEqual([1]);
  expect(await actions(stage, endpointId)).toHaveLength(1);
});

test('secrets in use are limited, also when rotations come at once; an overlap of 0 ends the older ones', async () => {
  await using stage = await openStage();
  const { endpointId } = (await stage.register(url)).endpoint;
  const results = await Promise.all(Array.from({ length: 6 }, () => rotate(stage, endpointId)));
  expect(results.filter(({ ok }) => ok)).toHaveLength(SECRETS_LIVE_MAX - 1);
  for (const result of results) if (!result.ok) expect(result.problem.code).toBe('too_many_secrets');
  const { secrets } = await rotated(stage, endpointId, { overlapHours: 0 });
  expect(secrets.map(({ version }) => version)).toEqual([4]);
});

test('an older secret ends when its own overlap ends, whatever later rotations ask', async () => {
  await using stage = await openStage();
  const { endpointId } = (await stage.register(url)).endpoint;
  const { secrets } = await rotated(stage, endpointId, { overlapHours: 1 });
  const later = await rotated(stage, endpointId, { overlapHours: 168 });
  expect(later.secrets[2]).toEqual(secrets[1]);
});

test('an old secret is removed before its time, the current one of v1 is not', async () => {
  await using stage = await openStage();
  const { endpointId } = (await stage.register(url)).endpoint;
  await rotated(stage, endpointId);
  const remove = (version: number, merchantId = MERCHANT) =>
    removeSecret(apiOf(stage), { merchantId, endpointId, version, actor });
  expect(await remove(2)).toMatchObject({ ok: false, problem: { code: 'secret_is_current' } });
  expect(await remove(3)).toMatchObject({ ok: false, problem: { code: 'version_not_found' } });
  expect(await remove(1, 'mer_002')).toMatchObject({ ok: false, problem: { code: 'endpoint_not_found' } });
  expect(await remove(1)).toEqual({ ok: true });
  expect(await versions(stage)).toEqual([2]);
  await removeEndpoint(apiOf(stage), { merchantId: MERCHANT, endpointId });
  expect(await versions(stage)).toEqual([]);
  expect(await actions(stage, endpointId)).toEqual([
    ['removed', 2, `merchant ${MERCHANT}`],
    ['removed', 1, 'ada'],
    ['rotated', 2, 'ada'],
    ['created', 1, `merchant ${MERCHANT}`],
  ]);
  const others = await listSecretActions(apiOf(stage), { merchantId: 'mer_002', endpointId });
  expect(others).toBeNull();
});

test('nobody changes the record, and the API never reads what is sealed', async () => {
  await using stage = await openStage();
  await stage.register(url);
  for (const change of ["update delivery.secret_actions set actor = 'eve'", 'delete from delivery.secret_actions']) {
    await expect(sql.raw(change).execute(stage.db)).rejects.toThrow(/immutable|only|never/i);
    await expect(sql.raw(change).execute(stage.api.db)).rejects.toThrow('permission denied');
  }
  await expect(sql`truncate delivery.secret_actions`.execute(stage.db)).rejects.toThrow();
  await expect(sql`select ciphertext from delivery.secrets`.execute(stage.api.db)).rejects.toThrow('permission denied');
});

const apiOf = (stage: Stage) => stage.api.db as unknown as Kysely<DeliveryTables>;

async function versions(stage: Stage): Promise<number[]> {
  const { rows } = await sql<{ version: number }>`
    select version from delivery.secrets order by version`.execute(stage.db);
  return rows.map(({ version }) => version);
}

async function actions(stage: Stage, endpointId: string) {
  const all = await listSecretActions(apiOf(stage), { merchantId: MERCHANT, endpointId });
  return all?.map(({ action, version, actor: who }) => [action, version, who]);
}

async function expireOld(stage: Stage): Promise<void> {
  await sql`update delivery.secrets set expires_at = now() where expires_at is not null`.execute(stage.db);
}

function signaturesOf(request: MerchantRequest): string[] {
  return (request.headers['webhook-signature'] ?? '').split(' ');
}

/** By somebody else's signer. */
function signatureWith({ headers, rawBody }: MerchantRequest, secret: string): string {
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  return new Webhook(secret).sign(headers['webhook-id'] ?? '', at, rawBody.toString('utf8'));
}

function verifiesV1a({ headers, rawBody }: MerchantRequest, signature: string, publicKey: string): boolean {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), rawBody]);
  return verifyEd25519(null, signed, key, Buffer.from(signature.slice('v1a,'.length), 'base64'));
}
