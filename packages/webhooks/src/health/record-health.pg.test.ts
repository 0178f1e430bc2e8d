import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { claim, endpointId, finished, IDLE_WORKER, openQueue, record } from '../../test/open-queue.ts';
import type { ClaimLimits } from '../delivery/claim-deliveries.ts';
import { recordAttempts } from '../delivery/record-attempts.ts';
import { releaseClaims } from '../delivery/release-claims.ts';
import { HEALTH_RULES } from './health-rules.ts';

type Queue = Awaited<ReturnType<typeof openQueue>>;

const one: ClaimLimits = { ...IDLE_WORKER, deliveriesMax: 1, slotsFree: 1 };
const rules = { ...HEALTH_RULES, failuresToOpen: 3, pauseMs: 60_000, pauseMaxMs: 240_000 };

const health = async (queue: Queue, name = 'a') =>
  queue.db
    .selectFrom('delivery.endpoint_health')
    .where('endpoint_id', '=', endpointId(name))
    .selectAll()
    .executeTakeFirstOrThrow();

/** As if the pause had passed. */
const endPause = (queue: Queue) =>
  sql`update delivery.endpoint_health set open_until = now() where open_until is not null`.execute(queue.db);

const pauseSeconds = async (queue: Queue) => {
  const { rows } = await sql<{ seconds: number }>`
    select round(extract(epoch from open_until - last_failure_at))::int4 as seconds
    from delivery.endpoint_health where endpoint_id = ${endpointId('a')}`.execute(queue.db);
  return rows[0]?.seconds;
};

async function openCircuit(queue: Queue) {
  await queue.fill('a', { first: 20, retries: 0 });
  const claimed = await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 6, slotsFree: 6 });
  await record(queue.db, claimed, { outcome: 'connection_refused' }, rules);
}

test('successes of a healthy endpoint write nothing about it', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 3, retries: 0 });
  const place = async () => (await sql`select ctid, xmin from delivery.endpoint_health`.execute(queue.db)).rows;
  const before = await place();
  await record(queue.db, await claim(queue.db), { outcome: 'delivered' });
  expect(await place()).toEqual(before);
});

test('failures in a row open the circuit: nothing is claimed, no retry is used, others go on', async () => {
  await using queue = await openQueue();
  await openCircuit(queue);
  await queue.fill('b', { first: 2, retries: 0 });
  const waiting = await queue.rows();
  expect((await claim(queue.db)).map((claim) => claim.endpointId)).toEqual(Array(2).fill(endpointId('b')));
  const stillWaiting = await queue.rows();
  const ofA = (rows: typeof waiting) => rows.filter((row) => row.endpoint_id === endpointId('a'));
  expect(ofA(stillWaiting)).toEqual(ofA(waiting));
  expect(await health(queue)).toMatchObject({
    consecutive_failures: 3,
    openings: 1,
    last_failure: 'connection_refused',
  });
  expect(await pauseSeconds(queue)).toBe(60);
});

test('when the pause has passed, one probe goes, over all workers, also when they claim at once', async () => {
  await using queue = await openQueue();
  await openCircuit(queue);
  await endPause(queue);
  const [first, second] = await queue.db.transaction().execute(async (trx) => {
    const uncommitted = await claim(trx);
    await queue.reorder();
    return [uncommitted, await claim(queue.db)];
  });
  expect([first.length, second.length]).toEqual([1, 0]);
  expect(await claim(queue.db)).toEqual([]);
  const many = await Promise.all(Array.from({ length: 6 }, () => claim(queue.db)));
  expect(many.flat()).toEqual([]);
});

test('a probe that fails doubles the pause up to its bound; one that succeeds closes the circuit', async () => {
  await using queue = await openQueue();
  await openCircuit(queue);
  for (const seconds of [120, 240, 240]) {
    await endPause(queue);
    const probes = await claim(queue.db);
    expect(probes).toHaveLength(1);
    await record(queue.db, probes, { outcome: 'server_error' }, rules);
    expect(await pauseSeconds(queue)).toBe(seconds);
  }
  await endPause(queue);
  await record(queue.db, await claim(queue.db), { outcome: 'delivered' }, rules);
  expect(await health(queue)).toMatchObject({
    consecutive_failures: 0,
    failing_since: null,
    disables_at: null,
    open_until: null,
    openings: 0,
    probe_id: null,
  });
  expect(await claim(queue.db)).toHaveLength(8);
});

test('a circuit that opens and one that closes are told, each once', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 8, retries: 0 });
  const claimed = await claim(queue.db);
  const fail = async (from: number, to: number) =>
    (await record(queue.db, claimed.slice(from, to), { outcome: 'server_error' }, rules)).healthEvents;
  expect(await fail(0, 2)).toEqual([]);
  const place = { endpointId: endpointId('a'), merchantId: expect.any(String) };
  expect(await fail(2, 3)).toEqual([{ ...place, kind: 'circuit_opened', detail: 'server_error' }]);
  expect(await fail(3, 6)).toEqual([]);
  const { healthEvents } = await record(queue.db, claimed.slice(6, 7), { outcome: 'delivered' }, rules);
  expect(healthEvents).toEqual([{ ...place, kind: 'circuit_closed', detail: null }]);
  expect((await record(queue.db, claimed.slice(7), { outcome: 'delivered' }, rules)).healthEvents).toEqual([]);
});

test('failures of attempts that were under way when it opened lengthen no pause', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 8, retries: 0 });
  const claimed = await claim(queue.db);
  await record(queue.db, claimed.slice(0, 3), { outcome: 'server_error' }, rules);
  const { open_until } = await health(queue);
  await record(queue.db, claimed.slice(3), { outcome: 'server_error' }, rules);
  expect(await health(queue)).toMatchObject({ openings: 1, open_until, consecutive_failures: 8 });
});

test('a probe that was given back, cut off or lost makes room for another', async () => {
  await using queue = await openQueue();
  await openCircuit(queue);
  await endPause(queue);
  await releaseClaims(queue.db, await claim(queue.db));
  const cutOff = await claim(queue.db);
  expect(cutOff).toHaveLength(1);
  await record(queue.db, cutOff, { outcome: 'interrupted' }, rules);
  expect(await health(queue)).toMatchObject({ openings: 1, probe_id: null });
  const lost = await claim(queue.db);
  expect(lost).toHaveLength(1);
  await sql`update delivery.endpoint_health set probe_until = now()`.execute(queue.db);
  await sql`update delivery.queue set due_at = now() - interval '1 day' where claimed_at is not null`.execute(queue.db);
  expect(await claim(queue.db)).toHaveLength(1);
  // The lost one was only slow: what it says now is not the end of the probe that has gone since.
  expect((await record(queue.db, lost, { outcome: 'server_error' }, rules)).outcomes).toEqual(['fenced']);
  expect(await health(queue)).toMatchObject({ openings: 1, probe_id: lost[0]?.deliveryId });
});

test('overload halves the concurrency once for all under way, and successes bring it back by steps', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 60, retries: 0 });
  const eight = await claim(queue.db);
  expect(eight).toHaveLength(8);
  const startedAt = '2026-11-22T06:00:00.000000Z';
  await record(queue.db, eight.slice(0, 2), { outcome: 'timeout', startedAt });
  await record(queue.db, eight.slice(2, 4), { outcome: 'rate_limited', responseStatus: 429, startedAt });
  expect((await health(queue)).concurrency_now).toBe(4);
  expect(await claim(queue.db)).toEqual([]);
  await record(queue.db, eight.slice(4), { outcome: 'delivered' });
  expect((await health(queue)).concurrency_now).toBe(5);
  for (const status of [502, 504, 429, 502]) {
    await record(queue.db, await claim(queue.db, one), { outcome: 'server_error', responseStatus: status });
  }
  expect((await health(queue)).concurrency_now).toBe(1);
  for (let round = 0; round < 40; round += 1) {
    await record(queue.db, await claim(queue.db, one), { outcome: 'delivered' });
  }
  expect((await health(queue)).concurrency_now).toBeNull();
});

test('days of nothing but failures: warnings on the way, then the endpoint is disabled', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 40, retries: 0 });
  const since = (hours: number) =>
    sql`update delivery.endpoint_health set failing_since = now() - ${hours}::float8 * interval '1 hour'`.execute(
      queue.db,
    );
  const closeCircuit = () => sql`update delivery.endpoint_health set open_until = null, openings = 0`.execute(queue.db);
  const fail = async () => record(queue.db, await claim(queue.db, one), { outcome: 'client_error' });
  for (let i = 0; i < 9; i += 1) await fail();
  const steps: [number, number][] = [
    [59, 0],
    [61, 50],
    [85, 70],
    [109, 90],
  ];
  for (const [hours, percent] of steps) {
    await since(hours);
    await closeCircuit();
    const { healthEvents } = await fail();
    expect((await health(queue)).warned_percent, `${hours} h`).toBe(percent);
    const warnings = healthEvents.filter(({ kind }) => kind === 'warned').map(({ detail }) => detail);
    expect(warnings, `${hours} h`).toEqual(percent === 0 ? [] : [`${percent} %`]);
    await closeCircuit();
    expect((await fail()).healthEvents, 'said once').not.toContainEqual(expect.objectContaining({ kind: 'warned' }));
  }
  const endpoint = () => queue.db.selectFrom('delivery.endpoints').selectAll().executeTakeFirstOrThrow();
  expect(await endpoint()).toMatchObject({ status: 'enabled' });
  await since(120);
  await closeCircuit();
  expect((await fail()).healthEvents).toContainEqual({
    kind: 'disabled',
    endpointId: endpointId('a'),
    merchantId: (await endpoint()).merchant_id,
    detail: 'failing',
  });
  expect(await endpoint()).toMatchObject({ status: 'disabled', disabled_reason: 'failing' });
  expect(await claim(queue.db)).toEqual([]);
});

test('two failures far apart disable nobody, and a success takes the warning back', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 40, retries: 0 });
  await record(queue.db, await claim(queue.db, one), { outcome: 'server_error' });
  await sql`update delivery.endpoint_health set failing_since = now() - interval '9 days'`.execute(queue.db);
  await record(queue.db, await claim(queue.db, one), { outcome: 'server_error' });
  expect(await queue.db.selectFrom('delivery.endpoints').select('status').execute()).toEqual([{ status: 'enabled' }]);
  expect(await health(queue)).toMatchObject({ warned_percent: 90 });
  const claimed = await claim(queue.db, { ...IDLE_WORKER, deliveriesMax: 6, slotsFree: 6 });
  const outcomes = ['server_error', 'delivered', 'server_error'] as const;
  await recordAttempts(
    queue.db,
    claimed.map((delivery, i) => finished(delivery, { outcome: outcomes[i] ?? 'delivered' })),
  );
  expect(await health(queue)).toMatchObject({ consecutive_failures: 1, warned_percent: 0, warned_at: null });
});

test('recordings at once that share endpoints wait for one another and never for good', async () => {
  await using queue = await openQueue();
  for (const name of 'abcd') await queue.fill(name, { first: 8, retries: 0 });
  const claimed = await claim(queue.db);
  expect(claimed).toHaveLength(32);
  const parts = [0, 1, 2, 3].map((part) => claimed.filter((_, i) => i % 4 === part));
  const batches = parts.map((part, i) => (i % 2 === 0 ? part : part.toReversed()));
  await Promise.all(batches.map((batch) => record(queue.db, batch, { outcome: 'server_error' })));
  for (const name of 'abcd') expect(await health(queue, name)).toMatchObject({ consecutive_failures: 8 });
});

test('an attempt that went where the endpoint no longer is says nothing of it', async () => {
  await using queue = await openQueue();
  await queue.fill('a', { first: 8, retries: 0 });
  const claimed = await claim(queue.db);
  const elsewhere = claimed.slice(0, 4).map((each) => ({ ...each, url: 'https://example.com/before' }));
  await record(queue.db, elsewhere, { outcome: 'connection_refused' }, rules);
  expect(await health(queue)).toMatchObject({ consecutive_failures: 0, open_until: null });
  await record(queue.db, claimed.slice(4), { outcome: 'connection_refused' }, rules);
  expect(await health(queue)).toMatchObject({ consecutive_failures: 4, openings: 1 });
});
