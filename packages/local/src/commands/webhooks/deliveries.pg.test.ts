import { ledgerMigrations } from '@northwind/event-store';
import { testDatabase } from '@northwind/testing';
import { deliveryMigrations } from '@northwind/webhooks';
import { Client } from 'pg';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { runCli } from '../../cli/run-cli.ts';

const ENDPOINT = `we_${'0'.repeat(32)}`;
const ID = '01a201d7-0b00-89b7-b4ae-383545f4e3cd';

test('webhooks deliveries lists what was asked for, and shows one with its receipts', async () => {
  const testing = await testDatabase([ledgerMigrations, deliveryMigrations]);
  const client = new Client({ connectionString: testing.url });
  await client.connect();
  await client.query(`insert into delivery.endpoints (endpoint_id, merchant_id, url) values ($1, 'mer_001', $2)`, [
    ENDPOINT,
    'https://example.com/hooks',
  ]);
  await client.query(
    `insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id,
       body, state, attempts_made, last_outcome, completed_at)
     values ($1, $2, 'mer_001', 4, 2, 'payout.settled', 'po_1', '{}', 'exhausted', 2, 'timeout', now())`,
    [ID, ENDPOINT],
  );
  await client.query(
    `insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, duration_ms, dns_ms, connect_ms,
       wait_ms, destination_ip, outcome)
     values ($1, 2, now(), now(), 15000, 1, 2, null, '1.1.1.1', 'timeout')`,
    [ID],
  );
  const settle = async (...commandLine: string[]) => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const terminal = { out: say, err: say, isInteractive: false, color: createColors(false) };
    const line = ['webhooks', 'deliveries', ...commandLine];
    const exitCode = await runCli(line, { env: { DATABASE_URL: testing.url }, terminal });
    return { exitCode, said: lines.join('\n') };
  };

  const list = await settle('--merchant', 'mer_001', '--state', 'exhausted', '--since', '2026-11-01T00:00:00Z');
  expect(list.said).toContain(ID);
  expect(list.said).toContain('https://example.com/hooks');
  expect((await settle('--endpoint', ENDPOINT, '--payout', 'po_1')).said).toContain(ID);
  for (const query of [
    ['--merchant', 'mer_002'],
    ['--state', 'delivered'],
    ['--since', '2026-12-31T00:00:00Z'],
  ]) {
    expect(await settle(...query)).toEqual({ exitCode: 0, said: 'no such deliveries' });
  }
  const { deliveries } = JSON.parse((await settle('--json')).said);
  expect(deliveries).toMatchObject([{ deliveryId: ID, lastOutcome: 'timeout' }]);

  const one = await settle('--id', ID);
  expect(one.said).toContain('2 attempts, receipts of which are removed');
  expect(one.said).toMatch(/2 .*timeout .*15000 +1·2·–·– +1\.1\.1\.1/);
  await client.query(
    `insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome)
     select $1, n, now(), now(), 'lease_expired' from generate_series(3, 300) n`,
    [ID],
  );
  expect((await settle('--id', ID)).said).toContain(`earlier: --id ${ID} --attempts-before 101`);
  const earlier = (await settle('--id', ID, '--attempts-before', '101')).said;
  expect(earlier).toMatch(/2 .*timeout/);
  expect(earlier).not.toContain('earlier:');
  expect(await settle('--id', ID, '--merchant', 'mer_002')).toMatchObject({
    said: expect.stringContaining('there is no delivery'),
  });
  expect((await settle('--attempts-before', '3')).said).toContain('--attempts-before goes with --id');
  expect((await settle('--state', 'lost')).said).toContain('--state');
  expect((await settle('--id', 'abc')).said).toContain('It is a UUID');
  await client.end();
  await testing.drop();
});
