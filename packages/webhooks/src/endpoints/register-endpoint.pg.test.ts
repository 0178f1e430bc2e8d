import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { openDatabase, randomBytes } from '@northwind/service-kit';
import { eventually, silentLogger, startFakeMerchant, testDatabase } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { openStage } from '../../test/open-stage.ts';
import { ENDPOINTS_PER_MERCHANT_MAX } from '../limits.ts';
import { deliveryMigrations } from '../migrations.ts';
import { parseSecret } from '../signing/secret.ts';
import { createSecretBox } from '../signing/secret-box.ts';
import type { DeliveryTables } from '../tables.ts';
import { finishEnablings } from './create-endpoint-sweeper.ts';
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

test('of registrations at once no more succeed than there is room for', async () => {
  await using stage = await open();
  const results = await Promise.all(Array.from({ length: 40 }, () => stage.register({ merchantId, url })));
  expect(results.filter(({ ok }) => ok)).toHaveLength(ENDPOINTS_PER_MERCHANT_MAX);
  expect(await listEndpoints(stage.db, { merchantId })).toHaveLength(ENDPOINTS_PER_MERCHANT_MAX);
});

test('what is planned while a registration is not committed yet is sent there, too', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.startWorker();
  await using holder = await stage.connect();
  // The registration has looked where its merchant is when its insert meets this row, and waits for it to be gone.
  await holder.query(`begin; insert into delivery.endpoints (endpoint_id, merchant_id, url)
    values ('we_${'01'.repeat(16)}', 'mer_002', 'https://example.com/')`);
  const registering = registerEndpoint(
    stage.api.db as unknown as Kysely<DeliveryTables>,
    { merchantId, url: merchant.url },
    { secretsKey, allowInsecureTargets: true, randomBytes: (size) => Buffer.alloc(size, 1) },
  );
  await eventually(async () => (await stage.database.pool.query(IS_BLOCKED)).rows.length > 0);
  await stage.settle(['po_1']);
  await stage.planned();
  await holder.query('rollback');
  expect(await registering).toMatchObject({ ok: true, endpoint: { endpointId: `we_${'01'.repeat(16)}` } });
  await stage.whenDeliveries(1, ({ state }) => state === 'delivered');
  const { rows } = await sql`select enabling_since, catch_up_from from delivery.endpoints`.execute(stage.db);
  expect(rows).toEqual([{ enabling_since: null, catch_up_from: null }]);
});

test('a registration whose process died after the commit is finished by a worker', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await stage.settle(['po_1']);
  await stage.projected();
  await sql`update delivery.endpoints set catch_up_from = from_offset, enabling_since = now()`.execute(stage.db);
  const workers = stage.workers.db as unknown as Kysely<DeliveryTables>;
  await finishEnablings(workers, silentLogger());
  expect(await stage.deliveries()).toEqual([]); // somebody is at it, most likely
  await sql`update delivery.endpoints set enabling_since = now() - interval '2 minutes'`.execute(stage.db);
  await finishEnablings(workers, silentLogger());
  expect(await stage.deliveries()).toMatchObject([{ endpointId: endpoint.endpointId, payoutId: 'po_1' }]);
  const { rows } = await sql`select enabling_since, catch_up_from from delivery.endpoints`.execute(stage.db);
  expect(rows).toEqual([{ enabling_since: null, catch_up_from: null }]);
});

const IS_BLOCKED = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

async function open() {
  const test = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const database = openDatabase<DeliveryTables>({
    url: test.url,
    applicationName: 'endpoints test',
    connectionsMax: 20,
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
