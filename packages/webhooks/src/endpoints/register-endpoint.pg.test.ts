import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { openDatabase, randomBytes } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { expect, test } from 'vitest';
import { ENDPOINTS_PER_MERCHANT_MAX } from '../limits.ts';
import { deliveryMigrations } from '../migrations.ts';
import { parseSecret } from '../signing/secret.ts';
import { createSecretBox } from '../signing/secret-box.ts';
import type { DeliveryTables } from '../tables.ts';
import { ENDPOINT_PROBLEMS } from './endpoint-problem.ts';
import { listEndpoints } from './list-endpoints.ts';
import { type EndpointToRegister, registerEndpoint } from './register-endpoint.ts';
import { removeEndpoint } from './remove-endpoint.ts';

const merchantId = 'mer_001';
const url = 'https://example.com/hook';
const secretsKey = Buffer.alloc(32, 7).toString('base64');

test('a registered endpoint is listed; its secret is shown once and kept encrypted', async () => {
  await using stage = await open();
  const { endpoint, secret } = await stage.registered({ merchantId, url: 'https://Example.com:443/hook#x' });
  expect(endpoint).toMatchObject({ merchantId, url, eventTypes: ['payout.settled'], status: 'enabled' });
  expect(endpoint.endpointId).toMatch(/^we_[0-9a-f]{32}$/);
  expect(await listEndpoints(stage.db, { merchantId })).toEqual([endpoint]);
  expect(await listEndpoints(stage.db, { merchantId: 'mer_002' })).toEqual([]);
  const key = parseSecret(secret);
  expect(key).toHaveLength(32);
  const [row] = await stage.db.selectFrom('delivery.secrets').selectAll().execute();
  expect(row?.ciphertext.includes(key)).toBe(false);
  const sealed = { keyId: row?.key_id ?? '', ciphertext: row?.ciphertext ?? Buffer.alloc(0) };
  expect(createSecretBox(secretsKey).open(sealed, { endpointId: endpoint.endpointId, version: 1 })).toEqual(key);
});

test('what can not be registered is refused with the field that is wrong', async () => {
  await using stage = await open();
  const wishes = [
    [{ merchantId: '' }, 'merchant_id_invalid'],
    [{ url: 'nonsense' }, 'url_invalid'],
    [{ url: 'http://example.com/' }, 'url_scheme'],
    [{ url: 'https://10.0.0.1/' }, 'url_host_forbidden'],
    [{ url: 'https://inside.example.com/' }, 'url_address_forbidden'],
    [{ eventTypes: [] }, 'event_types_empty'],
    [{ eventTypes: ['payout.settled', 'payment.captured'] }, 'event_type_unknown'],
  ] as const;
  for (const [wish, code] of wishes) {
    const result = await stage.register({ merchantId, url, ...wish });
    const [field] = Object.keys(wish);
    expect(result).toEqual({ ok: false, problem: { code, field, message: ENDPOINT_PROBLEMS[code].message } });
  }
  expect(await stage.db.selectFrom('delivery.endpoints').selectAll().execute()).toEqual([]);
});

test('a name that does not resolve now may be registered', async () => {
  await using stage = await open();
  await stage.registered({ merchantId, url: 'https://unknown.example.com/' });
});

test('endpoints are limited, and removing one makes room', async () => {
  await using stage = await open();
  const all = [];
  for (let i = 0; i < ENDPOINTS_PER_MERCHANT_MAX; i += 1) all.push(await stage.registered({ merchantId, url }));
  expect(await stage.register({ merchantId, url })).toMatchObject({
    ok: false,
    problem: { code: 'too_many_endpoints' },
  });
  await stage.registered({ merchantId: 'mer_002', url });
  await removeEndpoint(stage.db, { merchantId, endpointId: all[0]?.endpoint.endpointId ?? '' });
  await stage.registered({ merchantId, url });
  expect(await listEndpoints(stage.db, { merchantId })).toHaveLength(ENDPOINTS_PER_MERCHANT_MAX);
});

async function open() {
  const test = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const database = openDatabase<DeliveryTables>({
    url: test.url,
    applicationName: 'endpoints test',
    connectionsMax: 2,
  });
  const { db } = database;
  const resolve = async (name: string) => {
    if (name.startsWith('unknown')) throw new Error('no such name');
    return name.startsWith('inside') ? ['1.1.1.1', '10.0.0.1'] : ['1.1.1.1'];
  };
  const register = (wish: EndpointToRegister) =>
    registerEndpoint(db, wish, { secretsKey, allowInsecureTargets: false, randomBytes, resolve });
  return {
    db,
    register,
    async registered(wish: EndpointToRegister) {
      const result = await register(wish);
      if (!result.ok) throw new Error(`${result.problem.field} ${result.problem.message}`);
      return result;
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
}
