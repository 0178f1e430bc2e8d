import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { endpointId, openQueue } from '../../test/open-queue.ts';
import { type ClaimLimits, claimDeliveries } from './claim-deliveries.ts';
import { releaseClaims } from './release-claims.ts';

const limits: ClaimLimits = { deliveriesMax: 64, retriesMax: 32, leaseMs: 30_000 };

test('first attempts come before any retry, and retries take no more than their share', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 5, retries: 50 });
  await queue.fill('b', { first: 5, retries: 50 });
  const claimed = await claimDeliveries(queue.db, { ...limits, deliveriesMax: 16, retriesMax: 4 });
  expect(claimed.map(({ priority }) => priority)).toEqual([...Array(10).fill(0), ...Array(4).fill(1)]);
});

test('an endpoint’s retries leave half of its slots to first attempts', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 0, retries: 50 });
  expect(await claimDeliveries(queue.db, limits)).toHaveLength(4);
  await queue.fill('a', { first: 50, retries: 0 });
  const claimed = await claimDeliveries(queue.db, limits);
  expect(claimed.map(({ priority }) => priority)).toEqual([0, 0, 0, 0]);
  expect(await claimDeliveries(queue.db, limits)).toEqual([]);
});

test('endpoints take turns: a backlog of thousands delays nobody else', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 5_000, retries: 0 });
  await queue.fill('b', { first: 2, retries: 0 });
  await queue.fill('c', { first: 2, retries: 0 });
  const claimed = await claimDeliveries(queue.db, { ...limits, deliveriesMax: 6 });
  expect(count(claimed)).toEqual({ a: 2, b: 2, c: 2 });
});

test('an endpoint has no more in flight than it may, over all claims', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 100, retries: 0 });
  const first = await claimDeliveries(queue.db, { ...limits, deliveriesMax: 5 });
  const second = await claimDeliveries(queue.db, limits);
  expect([first.length, second.length]).toEqual([5, 3]);
  await releaseClaims(queue.db, first.slice(0, 2));
  expect(await claimDeliveries(queue.db, limits)).toHaveLength(2);
});

test('claims at once never share a delivery, and never wait for one another', async () => {
  await using queue = await openQueue();
  for (const name of 'abcd') await queue.fill(name, { first: 4, retries: 0 });
  // While the first claim is not committed, the second sees the same rows as free.
  const [first, second] = await queue.db.transaction().execute(async (trx) => {
    const uncommitted = await claimDeliveries(trx, { ...limits, deliveriesMax: 6 });
    return [uncommitted, await claimDeliveries(queue.db, limits)];
  });
  expect([first.length, second.length]).toEqual([6, 10]);
  const ids = [...first, ...second].map(({ deliveryId }) => deliveryId);
  expect(new Set(ids).size).toBe(16);
});

test('what is not due, and what belongs to a disabled endpoint, is left alone', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 3, retries: 3 });
  await queue.fill('b', { first: 3, retries: 3 });
  await sql`update delivery.queue set due_at = now() + interval '1 minute'
    where endpoint_id = ${endpointId('a')}`.execute(queue.db);
  await sql`update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'
    where endpoint_id = ${endpointId('b')}`.execute(queue.db);
  expect(await claimDeliveries(queue.db, limits)).toEqual([]);
});

test('a released claim is as if it had never been made', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 1, retries: 0 });
  const before = await queue.rows();
  const claimed = await claimDeliveries(queue.db, limits);
  expect(await queue.rows()).not.toEqual(before);
  await releaseClaims(queue.db, claimed);
  expect(await queue.rows()).toEqual(before);
  // Too late to release what somebody else has claimed since.
  await claimDeliveries(queue.db, limits);
  await releaseClaims(queue.db, [{ deliveryId: claimed[0]?.deliveryId ?? '', attempt: 7 }]);
  expect(await claimDeliveries(queue.db, limits)).toEqual([]);
});

test('a claim reads the queue by its index, whatever else is waiting', async () => {
  await using queue = await openQueue();
  for (const name of 'abcdefgh') await queue.fill(name, { first: 2_000, retries: 2_000 });
  await sql`vacuum analyze delivery.queue`.execute(queue.db);
  await sql`update delivery.endpoints set concurrency_max = 2`.execute(queue.db);
  const reads = async () => {
    await sql`select pg_stat_force_next_flush()`.execute(queue.db);
    const { rows } = await sql<{ scans: bigint; tuples: bigint }>`
      select seq_scan as scans, seq_tup_read + idx_tup_fetch as tuples from pg_stat_user_tables
      where schemaname = 'delivery' and relname = 'queue'`.execute(queue.db);
    return rows[0] ?? { scans: 0n, tuples: 0n };
  };
  const before = await reads();
  expect(await claimDeliveries(queue.db, limits)).toHaveLength(16);
  const after = await reads();
  expect(after.scans - before.scans).toBe(0n);
  expect(Number(after.tuples - before.tuples)).toBeLessThan(500);
});

test('endpoints that nothing is sent to cost a claim one probe each', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 8, retries: 0 });
  await sql`
    with off as (
      insert into delivery.endpoints (endpoint_id, merchant_id, url, status, disabled_at, disabled_reason)
      select 'we_' || md5(n::text), 'mer_002', 'https://example.com/', 'disabled', now(), 'merchant'
      from generate_series(1, 1000) n
      returning endpoint_id)
    insert into delivery.queue (delivery_id, endpoint_id, due_at, scheduled_at)
    select gen_random_uuid(), endpoint_id, now(), now() from off, generate_series(1, 3)`.execute(queue.db);
  await sql`vacuum analyze delivery.queue, delivery.endpoints, delivery.endpoint_health`.execute(queue.db);
  const fetched = async () => {
    await sql`select pg_stat_force_next_flush()`.execute(queue.db);
    const { rows } = await sql<{ tuples: bigint }>`
      select idx_tup_fetch + seq_tup_read as tuples from pg_stat_user_tables
      where schemaname = 'delivery' and relname = 'queue'`.execute(queue.db);
    return Number(rows[0]?.tuples);
  };
  const before = await fetched();
  expect(await claimDeliveries(queue.db, limits)).toHaveLength(8);
  expect((await fetched()) - before).toBeLessThan(1_200);
});

function count(claimed: readonly { readonly endpointId: string }[]): Record<string, number> {
  const names = claimed.map(({ endpointId: id }) => String.fromCharCode(Number.parseInt(id.slice(-2), 16)));
  return Object.fromEntries(
    Map.groupBy(names, (name) => name)
      .entries()
      .map(([name, all]) => [name, all.length]),
  );
}
