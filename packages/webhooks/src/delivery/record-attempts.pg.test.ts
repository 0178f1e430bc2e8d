import { eventually } from '@northwind/testing';
import { sql } from 'kysely';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { claim, finished, openQueue, record } from '../../test/open-queue.ts';
import { recordAttempts } from './record-attempts.ts';

test.each(['delivered', 'server_error'] as const)(
  'a late “%s” moves nothing of a delivery that was claimed again while it waited',
  async (outcome) => {
    await using queue = await openQueue();
    await queue.fill('a', { first: 1, retries: 0 });
    const claimed = await claim(queue.db);
    const other = new Client(queue.url);
    await other.connect();
    await other.query(`begin; update delivery.queue set attempt = attempt + 1, due_at = now() + interval '1 hour'`);
    const [before] = (await other.query('select * from delivery.queue')).rows;
    const recording = record(queue.db, claimed, { outcome });
    await eventually(async () => {
      const { rows } = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`.execute(queue.db);
      return rows.length === 1;
    });
    await other.query('commit');
    expect((await recording).outcomes).toEqual(['fenced']);
    expect((await other.query('select * from delivery.queue')).rows).toEqual([before]);
    await other.end();
  },
);

test.each([
  ['the later one first', ['server_error', 'delivered'], true],
  ['the later one last', ['delivered', 'server_error'], false],
] as const)(
  'two attempts of one delivery in one statement, %s: each has its receipt, the later one decides',
  async (_, ends, isReversed) => {
    await using queue = await openQueue();
    await queue.fill('a', { first: 1, retries: 0 });
    const [early] = await claim(queue.db);
    await sql`update delivery.queue set due_at = now()`.execute(queue.db); // its lease ends
    const [late] = await claim(queue.db);
    if (!early || !late) throw new Error('nothing claimed');
    const attempts = [early, late].map((delivery, i) => ({
      ...finished(delivery, { outcome: ends[i] ?? 'delivered' }),
      next: {
        state: ends[i] === 'delivered' ? 'delivered' : 'exhausted',
        delayMs: null,
        retries: 0,
        disablesEndpoint: false,
      } as const,
    }));
    const { outcomes } = await recordAttempts(queue.db, isReversed ? attempts.toReversed() : attempts);
    expect(outcomes).toEqual(isReversed ? ['moved', 'fenced'] : ['fenced', 'moved']);
    const deliveries = await queue.db.selectFrom('delivery.deliveries').selectAll().execute();
    expect(deliveries).toMatchObject([{ state: attempts[1]?.next.state, attempts_made: 2, last_outcome: ends[1] }]);
    const receipts = await queue.db.selectFrom('delivery.attempts').selectAll().orderBy('attempt').execute();
    expect(receipts.map(({ outcome }) => outcome)).toEqual(ends);
    const dead = await queue.db.selectFrom('delivery.dead_letters').selectAll().execute();
    expect(dead).toHaveLength(ends[1] === 'delivered' ? 0 : 1);
  },
);

test('what an endpoint’s former URL says disables nobody', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 2, retries: 0 });
  const next = { state: 'exhausted', delayMs: null, retries: 0, disablesEndpoint: true } as const;
  const [one, other] = (await claim(queue.db)).map((delivery) => finished(delivery, { outcome: 'gone' }));
  if (!one || !other) throw new Error('nothing claimed');
  const status = async () =>
    (await queue.db.selectFrom('delivery.endpoints').select('status').executeTakeFirst())?.status;
  await recordAttempts(queue.db, [{ ...one, next, url: 'https://example.com/left' }]);
  expect(await status()).toBe('enabled');
  await recordAttempts(queue.db, [{ ...other, next }]);
  expect(await status()).toBe('disabled');
});

test('what else is queued costs a recording nothing, also when it was planned on empty tables', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 4, retries: 0 });
  await record(queue.db, await claim(queue.db), { outcome: 'delivered' });
  await queue.fill('b', { first: 3_000, retries: 0 });
  const claimed = await claim(queue.db);
  const before = [await queue.fetched('queue'), await queue.fetched('deliveries')];
  await record(queue.db, claimed.slice(0, 4), { outcome: 'delivered' });
  await record(queue.db, claimed.slice(4), { outcome: 'server_error' });
  const after = [await queue.fetched('queue'), await queue.fetched('deliveries')];
  expect(Math.max(...after.map((tuples, n) => tuples - (before[n] ?? 0)))).toBeLessThan(100);
});
