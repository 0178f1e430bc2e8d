import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { deliveryMigrations } from '@northwind/webhooks';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { runCli } from '../../cli/run-cli.ts';

const id = (n: number) => `we_${String(n).padStart(32, '0')}`;

test('endpoints are listed with their health, of one merchant, or only those that fail', async () => {
  await using database = await open();
  await database.query(`
    insert into delivery.endpoints (endpoint_id, merchant_id, url, status, disabled_at, disabled_reason)
    values ('${id(1)}', 'mer_001', 'https://one.example/', 'enabled', null, null),
           ('${id(2)}', 'mer_002', 'https://two.example/', 'enabled', null, null),
           ('${id(3)}', 'mer_002', 'https://three.example/', 'disabled', now(), 'gone')`);
  await database.query(`update delivery.endpoint_health
    set consecutive_failures = 12, failing_since = now(), disables_at = '2026-12-01', last_failure = 'timeout',
        warned_percent = 70, warned_at = now(), open_until = now() + interval '1 minute', openings = 1,
        concurrency_now = 2
    where endpoint_id = '${id(2)}'`);
  const { said } = await database.settle('webhooks', 'endpoints');
  expect(said).toMatch(/we_0+1 +mer_001 +https:\/\/one\.example\/ +enabled +0 +8\/8/);
  expect(said).toMatch(/mer_002 +https:\/\/two\.example\/ +open +12 +timeout +2\/8 +70 %, disabled at 2026-12-01T/);
  expect(said).toMatch(/mer_002 +https:\/\/three\.example\/ +disabled \(gone\)/);
  const listed = async (...options: string[]) => {
    const json = JSON.parse((await database.settle('webhooks', 'endpoints', '--json', ...options)).said);
    return json.endpoints.map(({ endpointId }: { endpointId: string }) => endpointId);
  };
  expect(await listed('--merchant', 'mer_001')).toEqual([id(1)]);
  expect((await listed('--failing')).sort()).toEqual([id(2), id(3)]);
  expect((await database.settle('webhooks', 'endpoints', '--merchant', 'nobody')).said).toBe('no endpoints');
});

async function open() {
  const testing = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const database = openDatabase<object>({ url: testing.url, applicationName: 'test', connectionsMax: 1 });
  return {
    query: (text: string) => database.pool.query(text),
    async settle(...commandLine: readonly string[]) {
      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      const terminal = { out: say, err: say, isInteractive: false, color: createColors(false) };
      const exitCode = await runCli(commandLine, { env: { DATABASE_URL: testing.url }, terminal });
      return { exitCode, said: lines.join('\n') };
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await testing.drop();
    },
  };
}
