import { randomBytes } from '@northwind/service-kit';
import { startFakeMerchant } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { openStage, SECRETS_KEY, type Stage, verify } from '../../test/open-stage.ts';
import type { DeliveryTables } from '../tables.ts';
import { resealSecrets } from './reseal-secrets.ts';
import { createSecretBox } from './secret-box.ts';

const NEW_KEY = Buffer.alloc(32, 9).toString('base64');
const newKeyId = createSecretBox(NEW_KEY).keyId;
const url = 'http://127.0.0.1:9/hook';

test('a new key takes over without a moment in which nothing can be sent', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { secret } = await stage.register(merchant.url);
  const both = await stage.startWorker({ secretsKey: NEW_KEY, oldSecretsKeys: [SECRETS_KEY] });
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  expect(await reseal(stage)).toEqual({ keyId: newKeyId, resealed: 1, unreadable: [] });
  await stage.settle(['po_2']);
  await merchant.waitForRequests(2);
  await both.stop();
  await stage.startWorker({ secretsKey: NEW_KEY });
  await stage.settle(['po_3']);
  await merchant.waitForRequests(3);
  for (const request of merchant.requests) verify(request, secret);
  expect(await reseal(stage)).toMatchObject({ resealed: 0 });
});

test('in batches, each on record; a run that broke off is gone on with', async () => {
  await using stage = await openStage();
  for (let i = 0; i < 5; i += 1) await stage.register(url);
  const breakOff = (resealed: number) => {
    if (resealed >= 4) throw new Error('broken off');
  };
  await expect(reseal(stage, { batchSizeMax: 2, onProgress: breakOff })).rejects.toThrow('broken off');
  expect(await keyIds(stage)).toEqual({ [newKeyId]: 4, [createSecretBox(SECRETS_KEY).keyId]: 1 });
  expect(await reseal(stage, { batchSizeMax: 2 })).toMatchObject({ resealed: 1 });
  expect(await keyIds(stage)).toEqual({ [newKeyId]: 5 });
  const { rows } = await sql<{ actor: string; actions: bigint }>`
    select actor, count(*) as actions from delivery.secret_actions where action = 'resealed' group by actor`.execute(
    stage.db,
  );
  expect(rows).toEqual([{ actor: 'ada', actions: 5n }]);
});

test('a secret that no key opens is named and stays as it is, the others are resealed', async () => {
  await using stage = await openStage();
  for (let i = 0; i < 3; i += 1) await stage.register(url);
  const { rows } = await sql<{ endpointId: string }>`
    update delivery.secrets set key_id = '0123456789abcdef'
    where endpoint_id = (select min(endpoint_id) from delivery.secrets)
    returning endpoint_id as "endpointId"`.execute(stage.db);
  const unreadable = [{ endpointId: rows[0]?.endpointId, version: 1, keyId: '0123456789abcdef' }];
  expect(await reseal(stage, { batchSizeMax: 1 })).toEqual({ keyId: newKeyId, resealed: 2, unreadable });
  expect(await keyIds(stage)).toEqual({ '0123456789abcdef': 1, [newKeyId]: 2 });
});

type Options = Parameters<typeof resealSecrets>[1];

function reseal(stage: Stage, wish: Partial<Options> = {}) {
  const keys = { secretsKey: NEW_KEY, oldSecretsKeys: [SECRETS_KEY], randomBytes, actor: 'ada' };
  return resealSecrets(stage.db as unknown as Kysely<DeliveryTables>, { ...keys, ...wish });
}

async function keyIds(stage: Stage): Promise<Record<string, number>> {
  const { rows } = await sql<{ keyId: string; secrets: bigint }>`
    select key_id as "keyId", count(*) as secrets from delivery.secrets group by key_id`.execute(stage.db);
  return Object.fromEntries(rows.map(({ keyId, secrets }) => [keyId, Number(secrets)]));
}
