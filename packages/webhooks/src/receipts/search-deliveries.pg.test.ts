import { ledgerMigrations } from '@northwind/event-store';
import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliveryMigrations } from '../migrations.ts';
import type { DeliveryTables } from '../tables.ts';
import { findDelivery } from './find-delivery.ts';
import { type DeliverySearch, pageQuery, searchDeliveries, walkQuery } from './search-deliveries.ts';

const MERCHANT = 'mer_001';
const OTHER = 'mer_15';
const endpoint = (n: number) => `we_${String(n).padStart(32, '0')}`;
const DELIVERIES = 60_000;
/** One a second goes round: the first three endpoints are the merchant's, each other one has a merchant of its own. */
const ENDPOINTS = 60;
const START = Date.parse('2026-11-22T06:00:00Z');

let stage: Awaited<ReturnType<typeof open>>;

/** Every thousandth is exhausted, those of the last round are pending. */
async function open() {
  const database = await testDatabase([ledgerMigrations, deliveryMigrations]);
  const { db, close } = openDatabase<DeliveryTables>({
    url: database.url,
    applicationName: 'search',
    connectionsMax: 2,
  });
  await sql`insert into delivery.endpoints (endpoint_id, merchant_id, url)
    select 'we_' || lpad(n::text, 32, '0'), case when n < 4 then ${MERCHANT} else 'mer_1' || n end,
           'https://example.com/' || n from generate_series(1, ${ENDPOINTS}::int4) n`.execute(db);
  await sql`insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
      payout_id, body, state, attempts_made, last_outcome, next_attempt_at, completed_at)
    select (lpad(to_hex(${START}::int8 + i * 1000), 12, '0') || '8' || substr(md5(i::text), 1, 3) || 'a'
            || substr(md5(i::text), 4, 15))::uuid,
           'we_' || lpad((1 + s.place)::text, 32, '0'),
           case when s.place < 3 then ${MERCHANT} else 'mer_1' || s.place end,
           4, i, 'payout.settled', 'po_' || i / ${ENDPOINTS}::int4, '{}', s.state, 1,
           case s.state when 'delivered' then 'delivered' else 'server_error' end,
           case s.state when 'pending' then now() end, case when s.state <> 'pending' then now() end
    from generate_series(0, ${DELIVERIES - 1}::int4) i,
         lateral (
           select i % ${ENDPOINTS}::int4 as place,
                  case when i >= ${DELIVERIES - ENDPOINTS}::int4 then 'pending' when i % 1000 = 0 then 'exhausted'
                       else 'delivered' end as state
         ) s`.execute(db);
  await sql`analyze delivery.deliveries`.execute(db);
  return {
    db,
    dispose: async () => {
      await close();
      await database.drop();
    },
  };
}

beforeAll(async () => {
  stage = await open();
});
afterAll(() => stage.dispose());

const offsetsOf = (rows: readonly { readonly offset: bigint | null }[]) => rows.map(({ offset }) => Number(offset));

async function everyPage(search: Omit<DeliverySearch, 'limit'>, limit = 200): Promise<number[]> {
  const offsets: number[] = [];
  let before: string | undefined;
  do {
    const page = await searchDeliveries(stage.db, { ...search, limit, before });
    expect(page.deliveries.length).toBeLessThanOrEqual(limit);
    offsets.push(...offsetsOf(page.deliveries));
    before = page.next ?? undefined;
  } while (before !== undefined);
  return offsets;
}

const mine = Array.from({ length: DELIVERIES }, (_, i) => i)
  .filter((i) => i % ENDPOINTS < 3)
  .reverse();

describe('a search', () => {
  test('gives all of a merchant’s and no other’s, newest first, over pages that neither repeat nor skip', async () => {
    const from = new Date(START + 54_000_000).toISOString();
    expect(await everyPage({ merchantId: MERCHANT, from }, 77)).toEqual(mine.filter((i) => i >= 54_000));
  });

  test('by endpoint, payout and time', async () => {
    const { db } = stage;
    const page = (search: Partial<DeliverySearch>) =>
      searchDeliveries(db, { merchantId: MERCHANT, limit: 3, ...search }).then(({ deliveries }) =>
        offsetsOf(deliveries),
      );
    expect(await page({ endpointId: endpoint(2) })).toEqual([59_941, 59_881, 59_821]);
    expect(await page({ endpointId: endpoint(5) })).toEqual([]); // another merchant's
    expect(await page({ payoutId: 'po_100' })).toEqual([6_002, 6_001, 6_000]);
    expect(await page({ payoutId: 'po_100', merchantId: null })).toEqual([6_059, 6_058, 6_057]); // other merchants’ too
    expect(await page({ payoutId: 'po_100', endpointId: endpoint(5) })).toEqual([]);
    const from = new Date(START + 6_000_000).toISOString();
    const to = new Date(START + 6_002_000).toISOString();
    expect(await page({ from, to })).toEqual([6_001, 6_000]);
    expect(await page({ from: '1960-01-01T00:00:00Z', to: '1961-01-01T00:00:00Z' })).toEqual([]);
  });

  test('by state, outcome and event type looks through bounded stretches, and finds all', async () => {
    const exhausted = mine.filter((i) => i % 1_000 === 0);
    for (const walkMax of [10, 333, 10_000]) {
      expect(await everyPage({ merchantId: MERCHANT, state: 'exhausted', walkMax })).toEqual(exhausted);
    }
    expect(await everyPage({ merchantId: MERCHANT, state: 'pending' })).toEqual(mine.filter((i) => i >= 59_940));
    expect(await everyPage({ merchantId: MERCHANT, outcome: 'timeout' })).toEqual([]);
    const page = await searchDeliveries(stage.db, {
      merchantId: MERCHANT,
      eventType: 'payout.failed',
      limit: 50,
      walkMax: 10,
    });
    expect(page).toEqual({ deliveries: [], next: expect.any(String) });
  });

  test('of all merchants is for operators', async () => {
    const { deliveries } = await searchDeliveries(stage.db, { merchantId: null, limit: 6, to: '2026-11-22T06:00:06Z' });
    expect(new Set(deliveries.map(({ merchantId }) => merchantId))).toEqual(
      new Set([MERCHANT, 'mer_13', 'mer_14', 'mer_15']),
    );
  });
});

test('one delivery is found by its merchant and by nobody else', async () => {
  const { db } = stage;
  const [some] = (await searchDeliveries(db, { merchantId: MERCHANT, limit: 1 })).deliveries;
  const deliveryId = some?.deliveryId ?? '';
  expect(await findDelivery(db, { merchantId: MERCHANT, deliveryId })).toEqual({
    ...some,
    attempts: [],
    attemptsBefore: null,
  });
  expect(await findDelivery(db, { merchantId: OTHER, deliveryId })).toBeNull();
  expect(await findDelivery(db, { merchantId: null, deliveryId })).not.toBeNull();
});

const BEFORE = '019e0000-0000-8000-a000-000000000000';
const LATER = 'ffffffff-0000-8000-a000-000000000000';

describe('the plan of a search', () => {
  test.each<[string, Partial<DeliverySearch>, string]>([
    ['of a merchant', {}, 'deliveries_of_merchant'],
    ['of its next page', { before: LATER }, 'deliveries_of_merchant'],
    ['of a time', { from: '2026-11-22T07:00:00Z', to: '2026-11-22T07:05:00Z' }, 'deliveries_of_merchant'],
    ['of a state', { state: 'exhausted' }, 'deliveries_of_merchant'],
    ['of an outcome', { outcome: 'timeout' }, 'deliveries_of_merchant'],
    ['of an endpoint', { endpointId: endpoint(2) }, 'deliveries_of_endpoint'],
    ['of a payout', { payoutId: 'po_100' }, 'deliveries_by_payout'],
    ['of a payout at an endpoint', { payoutId: 'po_100', endpointId: endpoint(2) }, 'deliveries_by_payout'],
    ['of a payout, whose ever it is', { payoutId: 'po_100', merchantId: null }, 'deliveries_by_payout'],
    ['of everybody', { merchantId: null }, 'deliveries_pk'],
  ])('%s reads %s by index %s, and no more than it has to', async (_, wish, index) => {
    const search = { merchantId: MERCHANT, limit: 50, ...wish };
    const page = await explain(pageQuery(search, 51, BEFORE));
    expect(page).toContain(index);
    if (index !== 'deliveries_by_payout') expect(page).not.toContain('Sort');
    expect(await explain(walkQuery({ ...search, walkMax: 100 }))).toContain(index);
  });

  async function explain(query: ReturnType<typeof pageQuery> | ReturnType<typeof walkQuery>): Promise<string> {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${query}`.execute(stage.db);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }
});
