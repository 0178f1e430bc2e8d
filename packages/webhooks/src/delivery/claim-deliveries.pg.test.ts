import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { claim, endpointId, IDLE_WORKER, openQueue } from '../../test/open-queue.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { releaseClaims } from './release-claims.ts';

test('first attempts come before any retry, and retries take no more than their share', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 5, retries: 50 });
  await queue.fill('b', { first: 5, retries: 50 });
  const claimed = await claim(queue.db, { ...IDLE_WORKER, retriesMax: 4 });
  expect(claimed.map(({ priority }) => priority)).toEqual([...Array(10).fill(0), ...Array(4).fill(1)]);
});

test('an endpoint’s retries leave half of its slots to first attempts', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 0, retries: 50 });
  expect(await claim(queue.db)).toHaveLength(4);
  await queue.fill('a', { first: 50, retries: 0 });
  const claimed = await claim(queue.db);
  expect(claimed.map(({ priority }) => priority)).toEqual([0, 0, 0, 0]);
  expect(await claim(queue.db)).toEqual([]);
});

test('endpoints take turns: a backlog of thousands delays nobody else', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 5_000, retries: 0 });
  await queue.fill('b', { first: 2, retries: 0 });
  await queue.fill('c', { first: 2, retries: 0 });
  const claimed = await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 12, slotsFree: 12 });
  expect(count(claimed)).toEqual({ a: 2, b: 2, c: 2 });
});

test('a merchant has no more of a worker than it leaves free, with any number of endpoints', async () => {
  await using queue = await openQueue();
  for (const name of 'abcdefghij') await queue.fill(name, { first: 20, retries: 20, merchantId: 'mer_many' });
  const first = await claim(queue.db);
  expect(first).toHaveLength(32);
  expect(Object.values(count(first)).every((claims) => claims <= 4)).toBe(true);
  const sendingTo = new Map([['mer_many', 32]]);
  expect(await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 32, slotsFree: 32, sendingTo })).toEqual([]);
  await queue.fill('x', { first: 20, retries: 0, merchantId: 'mer_one' });
  await queue.fill('y', { first: 0, retries: 20, merchantId: 'mer_two' });
  const others = await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 32, slotsFree: 32, sendingTo });
  expect(count(others)).toEqual({ x: 8, y: 4 });
});

test('of a merchant the endpoint with the least in flight comes first, whoever has the oldest backlog', async () => {
  await using queue = await openQueue();
  for (const name of 'abcdefgh') await queue.fill(name, { first: 20, retries: 0 });
  const wish = { ...IDLE_WORKER, deliveriesMax: 16, slotsFree: 16 };
  expect(await claim(queue.db, wish)).toHaveLength(8);
  await queue.fill('i', { first: 1, retries: 0 });
  const next = await claim(queue.db, { ...wish, slotsFree: 9, sendingTo: new Map([['mer_001', 7]]) });
  expect(next.map((delivery) => delivery.endpointId)).toEqual([endpointId('i')]);
});

test('a claim tells what it left, and what it put off', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 20, retries: 0 });
  const told = async (limits = IDLE_WORKER) => {
    const { deliveries, leftSome, putSomeOff } = await claimDeliveries(queue.db, limits);
    return [deliveries.length, leftSome, putSomeOff];
  };
  expect(await told({ ...IDLE_WORKER, slotsFree: 8 })).toEqual([4, true, false]);
  expect(await told()).toEqual([4, false, false]);
  await queue.fill('b', { first: 201, retries: 0 });
  await sql`update delivery.endpoints set is_ordered = true`.execute(queue.db);
  await sql`update delivery.queue q set due_at = now() + interval '1 hour' from delivery.deliveries d
    where d.delivery_id = q.delivery_id and d."offset" = 20`.execute(queue.db);
  expect(await told()).toEqual([0, false, true]);
  expect(await told()).toEqual([0, false, false]);
});

test('merchants share a claim evenly, with what is under way, and leave slots to somebody else', async () => {
  await using queue = await openQueue();
  for (const name of 'abcd') await queue.fill(name, { first: 20, retries: 0, merchantId: 'mer_many' });
  for (const name of 'wxyz') await queue.fill(name, { first: 20, retries: 0, merchantId: 'mer_also' });
  await queue.fill('o', { first: 1, retries: 0, merchantId: 'mer_one' });
  const sendingTo = new Map([['mer_many', 3]]);
  const claimed = await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 30, slotsFree: 30, sendingTo });
  const of = (merchantId: string) => claimed.filter((claim) => claim.merchantId === merchantId).length;
  expect([of('mer_many'), of('mer_also'), of('mer_one')]).toEqual([8, 10, 1]);
});

test('an endpoint has no more in flight than it may, over all claims', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 100, retries: 0 });
  const first = await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 10, slotsFree: 10 });
  const second = await claim(queue.db);
  expect([first.length, second.length]).toEqual([5, 3]);
  await releaseClaims(queue.db, first.slice(0, 2));
  expect(await claim(queue.db)).toHaveLength(2);
});

test('claims at once never share a delivery, and never wait for one another', async () => {
  await using queue = await openQueue();
  for (const name of 'abcd') await queue.fill(name, { first: 4, retries: 0 });
  // While the first claim is not committed, the second sees the same rows as free.
  const [first, second] = await queue.db.transaction().execute(async (trx) => {
    const uncommitted = await claim(trx, { ...IDLE_WORKER, deliveriesMax: 12, slotsFree: 12 });
    return [uncommitted, await claim(queue.db)];
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
  expect(await claim(queue.db)).toEqual([]);
});

test('a released claim is as if it had never been made', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 1, retries: 0 });
  const before = await queue.rows();
  const claimed = await claim(queue.db);
  expect(await queue.rows()).not.toEqual(before);
  await releaseClaims(queue.db, claimed);
  expect(await queue.rows()).toEqual(before);
  // Too late to release what somebody else has claimed since.
  await claim(queue.db);
  await releaseClaims(queue.db, [{ deliveryId: claimed[0]?.deliveryId ?? '', attempt: 7 }]);
  expect(await claim(queue.db)).toEqual([]);
});

test('a claim reads the queue by its index, whatever else is waiting', async () => {
  await using queue = await openQueue();
  for (const name of 'abcdefgh') await queue.fill(name, { first: 2_000, retries: 2_000 });
  await sql`vacuum analyze delivery.queue`.execute(queue.db);
  await sql`update delivery.endpoints set concurrency_max = 2`.execute(queue.db);
  const before = await queue.fetched('queue');
  expect(await claim(queue.db)).toHaveLength(16);
  expect((await queue.fetched('queue')) - before).toBeLessThan(500);
});

test('what an endpoint was sent before costs a claim nothing, also when it was planned on empty tables', async () => {
  await using queue = await openQueue();
  await claim(queue.db);
  await queue.fill('a', { first: 8, retries: 0 });
  await sql`insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
      payout_id, body, state, completed_at)
    select gen_random_uuid(), ${endpointId('a')}, 'mer_001', 5, n, 'payout.settled', 'po_1', '{}', 'delivered', now()
    from generate_series(1, 3000) n`.execute(queue.db);
  const before = await queue.fetched('deliveries');
  expect(await claim(queue.db)).toHaveLength(8);
  expect((await queue.fetched('deliveries')) - before).toBeLessThan(100);
});

test('endpoints that nothing is sent to cost a claim a probe or two each', async () => {
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
  const before = await queue.fetched('queue');
  expect(await claim(queue.db)).toHaveLength(8);
  expect((await queue.fetched('queue')) - before).toBeLessThan(2_200);
});

function count(claimed: readonly { readonly endpointId: string }[]): Record<string, number> {
  const names = claimed.map(({ endpointId: id }) => String.fromCharCode(Number.parseInt(id.slice(-2), 16)));
  return Object.fromEntries(
    Map.groupBy(names, (name) => name)
      .entries()
      .map(([name, all]) => [name, all.length]),
  );
}
