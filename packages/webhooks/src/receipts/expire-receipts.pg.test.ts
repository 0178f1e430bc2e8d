import { ledgerMigrations } from '@northwind/event-store';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { deliveryMigrations } from '../migrations.ts';
import type { DeliveryTables } from '../tables.ts';
import { createReceiptExpiry } from './create-receipt-expiry.ts';
import { expireReceipts } from './expire-receipts.ts';

/** Deliveries as [name, state, days since the event, days since it was finished], each with two receipts. */
async function open(deliveries: readonly (readonly [string, string, number, number])[]) {
  const test = await testDatabase([ledgerMigrations, deliveryMigrations]);
  const owner = openDatabase<DeliveryTables>({ url: test.url, applicationName: 'expiry', connectionsMax: 4 });
  const worker = openDatabase<DeliveryTables>({
    url: await test.login('settlement_webhooks'),
    applicationName: 'expiry',
    connectionsMax: 4,
  });
  const { db } = owner;
  await sql`insert into delivery.endpoints (endpoint_id, merchant_id, url)
    values (${`we_${'0'.repeat(32)}`}, 'mer_001', 'https://example.com/')`.execute(db);
  for (const [i, [name, state, eventDays, doneDays]] of deliveries.entries()) {
    const ended = state === 'pending' ? null : doneDays;
    await sql`with d as (
      insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
        payout_id, body, state, attempts_made, next_attempt_at, completed_at)
      select (lpad(to_hex(floor(extract(epoch from now() - ${eventDays}::int4 * interval '1 day') * 1000)::int8),
                   12, '0')
              || '8000a000' || lpad(${i}::text, 12, '0'))::uuid,
             ${`we_${'0'.repeat(32)}`}, 'mer_001', 4, ${i}::int8, 'payout.settled', ${name}, '{}', ${state}, 2,
             case when ${ended}::int4 is null then now() end, now() - ${ended}::int4 * interval '1 day'
      returning delivery_id)
      insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome)
      select delivery_id, n, now(), now(), 'server_error' from d, generate_series(1, 2) n`.execute(db);
  }
  return {
    db,
    worker: worker.db,
    async kept() {
      const { rows } = await sql<{ name: string; receipts: number }>`
        select d.payout_id as name, count(a.*)::int4 as receipts
        from delivery.deliveries d left join delivery.attempts a using (delivery_id)
        group by 1 order by 1`.execute(db);
      return Object.fromEntries(rows.map(({ name, receipts }) => [name, receipts]));
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await owner.close();
      await test.drop();
    },
  };
}

test('receipts of deliveries finished long ago go; those of pending and recent ones stay', async () => {
  await using stage = await open([
    ['delivered long ago', 'delivered', 100, 99],
    ['exhausted long ago', 'exhausted', 100, 95],
    ['cancelled long ago', 'cancelled', 400, 95],
    ['exhausted lately', 'exhausted', 100, 89],
    ['still pending', 'pending', 100, 0],
    ['delivered lately', 'delivered', 1, 1],
  ]);
  expect(await expireReceipts(stage.worker, { days: 90 })).toEqual({ kind: 'expired', receipts: 6, next: null });
  expect(await expireReceipts(stage.worker, { days: 90 })).toMatchObject({ receipts: 0 });
  expect(await stage.kept()).toEqual({
    'delivered long ago': 0,
    'exhausted long ago': 0,
    'cancelled long ago': 0,
    'exhausted lately': 2,
    'still pending': 2,
    'delivered lately': 2,
  });
});

test('a bite is bounded, and one worker bites at a time', async () => {
  await using stage = await open(Array.from({ length: 5 }, (_, i) => [`d${i}`, 'delivered', 100, 99] as const));
  const first = await expireReceipts(stage.worker, { days: 90, batchMax: 3 });
  expect(first).toMatchObject({ kind: 'expired', receipts: 3, next: expect.any(String) });
  await stage.db.transaction().execute(async (other) => {
    await expireReceipts(other, { days: 90, batchMax: 1 });
    expect(await expireReceipts(stage.worker, { days: 90 })).toEqual({ kind: 'busy' });
  });
  // The batch before has ended within a delivery: the rest of that one comes first.
  const from = first.kind === 'expired' ? (first.next ?? '') : '';
  expect(await expireReceipts(stage.worker, { days: 90, from })).toMatchObject({ receipts: 6, next: null });
});

test('a delivery that is being sent again keeps its receipts', async () => {
  await using stage = await open([['sent again', 'exhausted', 100, 99]]);
  await stage.db.transaction().execute(async (resend) => {
    await sql`update delivery.deliveries set state = 'pending', completed_at = null, next_attempt_at = now()`.execute(
      resend,
    );
    expect(await expireReceipts(stage.worker, { days: 90 })).toMatchObject({ kind: 'expired', receipts: 0 });
  });
  expect(await expireReceipts(stage.worker, { days: 90 })).toMatchObject({ kind: 'expired', receipts: 0 });
  expect(await stage.kept()).toEqual({ 'sent again': 2 });
});

test('a worker does it by itself', async () => {
  await using stage = await open([['old', 'delivered', 100, 99]]);
  const expire = () => expireReceipts(stage.worker, { days: 90 });
  const service = createReceiptExpiry({ expire, clock: systemClock, logger: silentLogger() });
  await service.start();
  await eventually(async () => (await stage.kept()).old === 0);
  await service.stop();
});
