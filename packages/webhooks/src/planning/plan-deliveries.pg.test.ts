import type { PayoutTransition } from '@northwind/projector';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openQueue } from '../../test/open-queue.ts';
import { planDeliveries } from './plan-deliveries.ts';

const TIME = '2026-11-22T06:00:00.000000Z';

const settled = (offset: bigint): PayoutTransition => ({
  merchantId: 'mer_001',
  payoutId: `po_${offset}`,
  partition: 4,
  offset,
  status: 'settled',
  previousStatus: 'submitted',
  sequence: 3,
  occurredAt: TIME,
  recordedAt: TIME,
  payout: {} as PayoutTransition['payout'],
});

test('planning for a merchant looks at its own endpoints alone, also when it was planned on empty tables', async () => {
  await using queue = await openQueue();
  expect(await planDeliveries(queue.db, [settled(0n)])).toBe(0);
  await queue.fill('a', { first: 0, retries: 0 });
  await queue.fill('b', { first: 0, retries: 0 });
  await sql`insert into delivery.endpoints (endpoint_id, merchant_id, url)
    select 'we_' || md5(n::text), 'mer_1' || n, 'https://example.com/' from generate_series(1, 3000) n`.execute(
    queue.db,
  );
  const before = await queue.fetched('endpoints');
  expect(await planDeliveries(queue.db, [settled(1n), settled(2n)])).toBe(4);
  expect((await queue.fetched('endpoints')) - before).toBeLessThan(100);
});

test.each([
  ['of the planner', { isRepeatedAfterCrash: true }, 'off', 'on'],
  ['of anybody who is answered', {}, 'on', 'on'],
] as const)(
  'only planning that is repeated after a crash commits before the disk has it: %s',
  async (_, options, inside, after) => {
    await using queue = await openQueue();
    await queue.fill('a', { first: 0, retries: 0 });
    const setting = async (db: typeof queue.db) =>
      (await sql<{ value: string }>`select current_setting('synchronous_commit') as value`.execute(db)).rows[0]?.value;
    await queue.db.connection().execute(async (session) => {
      await sql`set synchronous_commit = on`.execute(session);
      const within = await session.transaction().execute(async (trx) => {
        expect(await planDeliveries(trx, [settled(1n)], options)).toBe(1);
        return setting(trx);
      });
      expect([within, await setting(session)]).toEqual([inside, after]);
    });
  },
);
