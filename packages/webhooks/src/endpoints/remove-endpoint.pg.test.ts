import { eventually } from '@northwind/testing';
import { sql } from 'kysely';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { claim, endpointId, openQueue, record } from '../../test/open-queue.ts';
import { CANCEL_BATCH_MAX } from '../limits.ts';
import { cancelRemoved } from './cancel-removed.ts';
import { removeEndpoint } from './remove-endpoint.ts';

type Queue = Awaited<ReturnType<typeof openQueue>>;

const place = { merchantId: 'mer_001', endpointId: endpointId('a') };

async function states(queue: Queue): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; count: number }>`
    select right(endpoint_id, 2) || ' ' || state as name, count(*)::int4 as count
    from delivery.deliveries group by 1 order by 1`.execute(queue.db);
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

const blocked = async (queue: Queue) =>
  (
    await sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
      queue.db,
    )
  ).rows.length;

test('a backlog of more than a page is cancelled, and no other endpoint’s', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: CANCEL_BATCH_MAX + 500, retries: 10 });
  await queue.fill('b', { first: 5, retries: 0 });
  await claim(queue.db);
  expect(await removeEndpoint(queue.db, place)).toBe('removed');
  expect(await states(queue)).toEqual({ '61 cancelled': CANCEL_BATCH_MAX + 510, '62 pending': 5 });
  expect(await queue.rows()).toHaveLength(5);
});

test('an endpoint is removed while it says 410: no deadlock, whoever comes first', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 20, retries: 0 });
  const holder = new Client(queue.url);
  await holder.connect();
  const claimed = await claim(queue.db);
  await holder.query('begin; select from delivery.endpoint_health for update');
  const recording = record(queue.db, claimed, { outcome: 'gone', responseStatus: 410 });
  await eventually(async () => (await blocked(queue)) === 1);
  // It needs nothing of the endpoint's health, so whatever holds that up doesn't hold up the removal.
  expect(await removeEndpoint(queue.db, place)).toBe('removed');
  await holder.query('commit');
  await holder.end();
  expect((await recording).outcomes).toEqual(Array(8).fill('moved'));
  await cancelRemoved(queue.db);
  expect((await states(queue))['61 cancelled']).toBe(20);
});

test('a removal that broke off after the endpoint was removed is finished', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 3, retries: 0 });
  await queue.fill('b', { first: 2, retries: 0 });
  expect(await cancelRemoved(queue.db)).toBe(0);
  await sql`update delivery.endpoints set status = 'removed', disabled_at = now(), disabled_reason = 'removed'
    where endpoint_id = ${endpointId('a')}`.execute(queue.db);
  expect(await cancelRemoved(queue.db)).toBe(3);
  expect(await states(queue)).toEqual({ '61 cancelled': 3, '62 pending': 2 });
});

test('what is being sent when its endpoint is removed has a receipt, and its own once that is written', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 2, retries: 0 });
  const claimed = await claim(queue.db);
  expect(await removeEndpoint(queue.db, place)).toBe('removed');
  await record(queue.db, claimed.slice(0, 1), { outcome: 'delivered' });
  const { rows } = await sql`
    select outcome, detail from delivery.attempts order by outcome`.execute(queue.db);
  expect(rows).toEqual([
    { outcome: 'delivered', detail: 'Written after it had been given up for lost.' },
    { outcome: 'lease_expired', detail: 'Its endpoint was removed while it was sent.' },
  ]);
});
