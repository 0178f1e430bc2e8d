import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { claim, endpointId, openQueue, record } from '../../test/open-queue.ts';

type Queue = Awaited<ReturnType<typeof openQueue>>;

const set = (queue: Queue, values: { rate_per_second?: number; is_ordered?: boolean; timeout_ms?: number }) =>
  queue.db
    .updateTable('delivery.endpoints')
    .set({ ...values, concurrency_max: 100 })
    .execute();

/** As if so much time had passed since the rate was last asked. */
const pass = (queue: Queue, ms: number) =>
  sql`update delivery.endpoint_health
    set tokens_at = tokens_at - ${ms}::float8 * interval '1 millisecond'`.execute(queue.db);

test('a rate holds over all workers, whoever claims and however often', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 200, retries: 0 });
  await queue.fill('b', { first: 20, retries: 0 });
  await set(queue, {});
  await sql`update delivery.endpoints set rate_per_second = 20 where endpoint_id = ${endpointId('a')}`.execute(
    queue.db,
  );
  await sql`update delivery.endpoint_health set tokens = 0, tokens_at = now()`.execute(queue.db);
  const began = performance.now();
  const ofA = async () => {
    let claimed = 0;
    while (performance.now() - began < 1_500) {
      const all = await claim(queue.db);
      claimed += all.filter((claim) => claim.endpointId === endpointId('a')).length;
    }
    return claimed;
  };
  const [one, two] = await Promise.all([ofA(), ofA()]);
  const seconds = (performance.now() - began) / 1_000;
  expect(one + two).toBeLessThanOrEqual(Math.floor(20 * seconds) + 1);
  expect(one + two).toBeGreaterThanOrEqual(15);
  expect((await queue.rows()).filter((row) => row.endpoint_id === endpointId('b') && row.attempt === 0)).toEqual([]);
});

test('after a pause a rate allows a quarter of a second at once, and a slow one at least one', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 50, retries: 0 });
  await set(queue, { rate_per_second: 40 });
  await pass(queue, 60_000);
  expect(await claim(queue.db)).toHaveLength(10);
  await set(queue, { rate_per_second: 0.1 });
  await sql`update delivery.endpoint_health set tokens = 0, tokens_at = now()`.execute(queue.db);
  expect(await claim(queue.db)).toEqual([]);
  await pass(queue, 10_000);
  expect(await claim(queue.db)).toHaveLength(1);
});

test('two claims at once spend no token twice', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 50, retries: 0 });
  await set(queue, { rate_per_second: 40 });
  await pass(queue, 60_000);
  const [first, second] = await queue.db.transaction().execute(async (trx) => {
    const uncommitted = await claim(trx);
    await queue.reorder();
    return [uncommitted, await claim(queue.db)];
  });
  expect([first.length, second.length]).toEqual([10, 0]);
});

test('ordered: a payout’s later event waits for the earlier one, and other payouts don’t', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 6, retries: 0 });
  // Three payouts, two events each: 0 and 3, 1 and 4, 2 and 5.
  await sql`update delivery.deliveries set payout_id = 'po_' || "offset" % 3`.execute(queue.db);
  await set(queue, { is_ordered: true });
  const offsets = (claimed: readonly { readonly offset: bigint | null }[]) =>
    claimed.map(({ offset }) => Number(offset)).sort();
  const first = await claim(queue.db);
  expect(offsets(first)).toEqual([0, 1, 2]);
  expect(await claim(queue.db)).toEqual([]);
  await record(
    queue.db,
    first.filter(({ offset }) => offset === 0n),
    { outcome: 'delivered' },
  );
  await record(
    queue.db,
    first.filter(({ offset }) => offset === 1n),
    { outcome: 'server_error' },
  );
  await sql`update delivery.queue set due_at = now() + interval '1 hour' where priority = 1`.execute(queue.db);
  expect(offsets(await claim(queue.db))).toEqual([3]);
  await sql`update delivery.deliveries set state = 'exhausted', completed_at = now(), next_attempt_at = null
    where "offset" = 1`.execute(queue.db);
  expect(offsets(await claim(queue.db))).toEqual([4]);
  await set(queue, { is_ordered: false });
  expect(offsets(await claim(queue.db))).toEqual([5]);
});

test('ordered: however many wait for an earlier one, a claim looks at some and the next at others', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 706, retries: 0 });
  await sql`update delivery.deliveries
    set payout_id = case when "offset" < 701 then 'po_1' else 'po_' || "offset" end`.execute(queue.db);
  await set(queue, { is_ordered: true });
  await sql`update delivery.queue set due_at = now() + interval '1 hour'
    where delivery_id = (select delivery_id from delivery.deliveries where "offset" = 0)`.execute(queue.db);
  await sql`vacuum analyze delivery.queue, delivery.deliveries`.execute(queue.db);
  const claims: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    const before = await queue.fetched('deliveries');
    claims.push((await claim(queue.db)).length);
    expect((await queue.fetched('deliveries')) - before).toBeLessThan(5_000);
  }
  expect(claims).toEqual([0, 0, 0, 5]);
  const { rows } = await sql<{ off: number; soon: boolean }>`
    select count(*)::int4 as off,
           bool_and(due_at between now() + interval '4 seconds' and now() + interval '60 seconds') as soon
    from delivery.queue where claimed_at is null and due_at > now() and due_at < now() + interval '50 minutes'`.execute(
    queue.db,
  );
  expect(rows).toEqual([{ off: 600, soon: true }]);
});

test('ordered: nothing goes before what the endpoint missed is planned', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 2, retries: 0 });
  await set(queue, { is_ordered: true });
  await sql`update delivery.endpoints set catch_up_from = 0`.execute(queue.db);
  expect(await claim(queue.db)).toEqual([]);
  await sql`update delivery.endpoints set catch_up_from = null`.execute(queue.db);
  expect(await claim(queue.db)).toHaveLength(1);
});

test('a lease outlives the endpoint’s own deadline', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 1, retries: 0 });
  await set(queue, { timeout_ms: 30_000 });
  const [claimed] = await claim(queue.db);
  expect(claimed?.timeoutMs).toBe(30_000);
  const { rows } = await sql<{ seconds: number }>`
    select round(extract(epoch from due_at - claimed_at))::int4 as seconds from delivery.queue`.execute(queue.db);
  expect(rows).toEqual([{ seconds: 45 }]);
});

test('a delivery that its workers die of goes behind all others, and is put off for longer and longer', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 1, retries: 0 });
  const expire = () => sql`update delivery.queue set due_at = now() - interval '1 day'`.execute(queue.db);
  const counts: (number | undefined)[] = [];
  for (let n = 0; n < 3; n += 1) {
    const [claimed] = await claim(queue.db);
    counts.push(claimed?.leasesLost);
    await expire();
  }
  expect(counts).toEqual([0, 1, 2]);
  const pauses: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    expect(await claim(queue.db)).toEqual([]);
    const { rows } = await sql<{ seconds: number; priority: number }>`
      select round(extract(epoch from due_at - now()))::int4 as seconds, priority from delivery.queue`.execute(
      queue.db,
    );
    expect(rows[0]?.priority).toBe(1);
    pauses.push(rows[0]?.seconds ?? 0);
    await expire();
    expect(await claim(queue.db)).toMatchObject([{ leasesLost: n + 3, attempt: n + 4 }]);
    await expire();
  }
  expect(pauses).toEqual([30, 60, 120]);
  const receipts = await queue.db.selectFrom('delivery.attempts').select(['attempt', 'outcome']).execute();
  expect(receipts).toEqual([1, 2, 3, 4, 5].map((attempt) => ({ attempt, outcome: 'lease_expired' })));
});
