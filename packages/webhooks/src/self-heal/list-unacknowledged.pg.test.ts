/** The report on a hundred thousand settled payouts of fifty merchants, all but a few acknowledged. */
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from '../../test/open-stage.ts';
import { listUnacknowledged, type UnacknowledgedWish, unacknowledgedStatement } from './list-unacknowledged.ts';

const PAYOUTS = 100_000;
const MERCHANTS = 50;
const UNACKNOWLEDGED = 100;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.stopProjector();
  await fill(stage.db as unknown as Kysely<unknown>);
}, 120_000);

afterAll(() => stage[Symbol.asyncDispose]());

async function fill(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into delivery.endpoints (endpoint_id, merchant_id, url)
    select 'we_' || md5(m::text), 'mer_' || m, 'https://merchant.example/' || m
    from generate_series(0, ${MERCHANTS - 1}::int4) m`.execute(db);
  await sql`
    insert into read_g1.payout_transitions (
      partition, sequence, "offset", occurred_at, recorded_at, merchant_id, payout_id, status, previous_status, payout)
    select n % ${MERCHANTS}::int4 % 16, s, n * 2 + s, now() - interval '2 days', now() - interval '2 days',
           'mer_' || n % ${MERCHANTS}::int4, 'po_' || n,
           case s when 1 then 'initiated' else 'settled' end, case s when 2 then 'initiated' end,
           jsonb_build_object('amountMinor', 100, 'currency', 'EUR', 'reason', repeat('x', 600))
    from generate_series(1, ${PAYOUTS}::int4) n, generate_series(1, 2) s`.execute(db);
  await sql`
    insert into delivery.deliveries (
      delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, state, completed_at)
    select gen_random_uuid(), 'we_' || md5(m::text), 'mer_' || m, m % 16, n * 2 + 2, 'payout.settled', 'po_' || n,
           repeat('x', 600), 'delivered', now()
    from (select n, n % ${MERCHANTS}::int4 as m
          from generate_series(1, ${PAYOUTS - UNACKNOWLEDGED}::int4) n) d`.execute(db);
  await sql`
    insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome, response_body)
    select delivery_id, 1, now(), now(), 'delivered', repeat('x', 300) from delivery.deliveries`.execute(db);
  await sql`vacuum (analyze) delivery.attempts`.execute(db);
  await sql`vacuum (analyze) read_g1.payout_transitions`.execute(db);
  await sql`vacuum (analyze) delivery.deliveries`.execute(db);
}

async function planOf(wish: UnacknowledgedWish): Promise<string> {
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (costs off) ${unacknowledgedStatement(wish)}`.execute(stage.db);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

test('of all merchants: the settled ones out of the index alone, and within two seconds', async () => {
  const wish = { olderThanMs: 3_600_000, limit: 1_000 };
  const plan = await planOf(wish);
  expect(plan).toContain('Index Only Scan using payout_transitions_of_merchant');
  expect(plan).not.toContain('Seq Scan on payout_transitions');
  expect(plan).not.toContain('Seq Scan on attempts');
  const startedMs = performance.now();
  const { lines, isCutOff } = await listUnacknowledged(stage.db, wish);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(isCutOff).toBe(false);
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(UNACKNOWLEDGED);
  expect(lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(BigInt(UNACKNOWLEDGED) * 100n);
  expect(lines.every(({ reason, age }) => reason === 'not_sent' && age === 'under_3_days')).toBe(true);
});

test('of one merchant: nobody else’s rows are read', async () => {
  const wish = { merchantId: 'mer_7', olderThanMs: 3_600_000, limit: 1_000 };
  const plan = await planOf(wish);
  expect(plan).not.toContain('Seq Scan on payout_transitions');
  expect(plan).not.toContain('Seq Scan on deliveries');
  const startedMs = performance.now();
  const { lines } = await listUnacknowledged(stage.db, wish);
  expect(performance.now() - startedMs).toBeLessThan(500);
  expect(lines).toMatchObject([{ merchantId: 'mer_7', count: UNACKNOWLEDGED / MERCHANTS }]);
});
