import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { openDatabase, randomBytes } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { deliveryMigrations, listSecretActions, registerEndpoint } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { runCli } from '../../cli/run-cli.ts';

const OLD_KEY = Buffer.alloc(32, 7).toString('base64');
const NEW_KEY = Buffer.alloc(32, 9).toString('base64');
const merchantId = 'mer_001';
const why = ['--by', 'ada', '--reason', 'yearly'];

test('rotate-secret prints the new secret, and the order stays on record', async () => {
  await using stage = await open();
  const { endpointId } = stage;
  const { exitCode, said } = await stage.settle('rotate-secret', endpointId, '--merchant', merchantId, ...why);
  expect([exitCode, said]).toEqual([0, expect.stringMatching(/^whsec_\S{44}$/)]);
  const pair = await stage.settle('rotate-secret', endpointId, '--merchant', merchantId, '--scheme', 'v1a', ...why);
  expect(pair.said).toMatch(/^whpk_\S{44}$/);
  expect(await listSecretActions(stage.db, { merchantId, endpointId })).toMatchObject([
    { action: 'created', version: 3, scheme: 'v1a', actor: 'ada' },
    { action: 'rotated', version: 2, scheme: 'v1', actor: 'ada', reason: 'yearly' },
    { action: 'created', version: 1 },
  ]);
});

test('rotate-secret of another merchant’s endpoint, or without a key, changes nothing', async () => {
  await using stage = await open();
  const { endpointId } = stage;
  const other = await stage.settle('rotate-secret', endpointId, '--merchant', 'mer_002', ...why);
  expect(other).toMatchObject({ exitCode: 2, said: expect.stringContaining('is no endpoint of this merchant') });
  const keyless = { SETTLEMENT_SECRETS_KEY: 'short' };
  const wrong = await stage.settleWith(keyless, 'rotate-secret', endpointId, '--merchant', merchantId, ...why);
  expect(wrong).toMatchObject({ exitCode: 2, said: expect.stringContaining('SETTLEMENT_SECRETS_KEY') });
  expect(await listSecretActions(stage.db, { merchantId, endpointId })).toHaveLength(1);
});

test('reseal says what it did, and is exit code 1 where a key is missing', async () => {
  await using stage = await open();
  const without = await stage.settleWith({ SETTLEMENT_SECRETS_KEY: NEW_KEY }, 'reseal', '--by', 'ada');
  expect(without.exitCode).toBe(1);
  expect(without.said).toMatch(
    /^resealed under key [0-9a-f]{16}: 0\nnot readable: we_\S+ version 1, sealed with key [0-9a-f]{16}$/,
  );
  const keys = { SETTLEMENT_SECRETS_KEY: NEW_KEY, SETTLEMENT_SECRETS_KEYS_OLD: OLD_KEY };
  expect(await stage.settleWith(keys, 'reseal', '--by', 'ada')).toMatchObject({
    exitCode: 0,
    said: expect.stringMatching(/^resealed under key [0-9a-f]{16}: 1$/),
  });
  expect((await stage.settleWith(keys, 'reseal', '--by', 'ada')).said).toMatch(/: 0$/);
});

async function open() {
  const testing = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const database = openDatabase<DeliveryTables>({ url: testing.url, applicationName: 'test', connectionsMax: 2 });
  const registered = await registerEndpoint(
    database.db,
    { merchantId, url: 'http://127.0.0.1:9/hook' },
    { secretsKey: OLD_KEY, allowInsecureTargets: true, randomBytes },
  );
  if (!registered.ok) throw new Error(registered.problem.message);

  async function settleWith(keys: Readonly<Record<string, string>>, ...commandLine: readonly string[]) {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const terminal = { out: say, err: say, isInteractive: false, color: createColors(false) };
    const env = { DATABASE_URL: testing.url, ...keys };
    const exitCode = await runCli(['webhooks', ...commandLine], { env, terminal });
    return { exitCode, said: lines.join('\n') };
  }

  return {
    db: database.db,
    endpointId: registered.endpoint.endpointId,
    settleWith,
    settle: (...commandLine: readonly string[]) => settleWith({ SETTLEMENT_SECRETS_KEY: OLD_KEY }, ...commandLine),
    async [Symbol.asyncDispose]() {
      await database.close();
      await testing.drop();
    },
  };
}
