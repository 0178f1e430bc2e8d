import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { testDatabase } from '@northwind/testing';
import { deliveryMigrations } from '@northwind/webhooks';
import pg from 'pg';
import { expect, test } from 'vitest';
import { runInProcess } from '../../../test/run-in-process.ts';

const settle = (url: string, ...args: readonly string[]) => runInProcess(['webhooks', ...args], { DATABASE_URL: url });

async function withSettledPayout(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`
    insert into read_g1.payout_transitions (
      partition, sequence, "offset", occurred_at, recorded_at, merchant_id, payout_id, status, payout)
    values (4, 1, 1, now(), now() - interval '2 hours', '=mer_1', 'po_1', 'settled',
            '{"amountMinor": 12345, "currency": "EUR"}')`);
  await client.end();
}

test('settle webhooks unacknowledged tells people, programs and spreadsheets', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const { url } = database;
  expect((await settle(url, 'unacknowledged')).out).toBe('every settled payout was acknowledged');
  await withSettledPayout(url);
  const table = await settle(url, 'unacknowledged');
  expect(table.exitCode).toBe(0);
  expect(table.out).toMatch(/=mer_1 +no_endpoint +under 1 day +1 +123\.45 EUR/);
  const { lines } = JSON.parse((await settle(url, 'unacknowledged', '--json')).out);
  expect(lines).toMatchObject([{ merchantId: '=mer_1', count: 1, amountMinor: 12_345 }]);
  const csv = (await settle(url, 'unacknowledged', '--csv')).out;
  expect(csv).toMatch(/^merchantId,reason,[\s\S]*\n'=mer_1,no_endpoint,under_1_day,EUR,1,12345,/);
  expect((await settle(url, 'unacknowledged', '--older-than', '3h')).out).toContain('every settled payout');
  expect((await settle(url, 'unacknowledged', '--merchant', 'mer_2')).out).toContain('every settled payout');
  expect((await settle(url, 'unacknowledged', '--older-than', 'soon')).err).toContain('90s, 30m, 1h, 7d');
  expect(await settle(url, 'unacknowledged', '--json', '--csv')).toMatchObject({ exitCode: 2 });
});

test('settle webhooks test names what it can not do', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const missing = await settle(database.url, 'test', 'we_none');
  expect(missing).toMatchObject({ exitCode: 2, err: expect.stringContaining('there is no endpoint we_none') });
});
