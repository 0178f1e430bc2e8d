import {
  adjustmentPosted,
  disputeLost,
  disputeOpened,
  partitionOf,
  payoutFailed,
  payoutInitiated,
} from '@northwind/events';
import { createHealth } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { arbitraryEvents, nth } from '../test/arbitrary-events.ts';
import { compareWithReference } from '../test/compare-with-reference.ts';
import { dumpGeneration, openProjection, type Projection, rebuildBeside } from '../test/open-projection.ts';

function traffic(seed: number, count: number) {
  const [events] = fc.sample(arbitraryEvents({ minLength: count, maxLength: count }), { numRuns: 1, seed });
  return events ?? [];
}

async function expectReference({ db }: Projection): Promise<void> {
  for (const { table, differences } of await compareWithReference(db)) {
    expect({ table, differences }).toEqual({ table, differences: [] });
  }
}

test('two projectors at once give what one gives, and what plain SQL over the log gives', async () => {
  await using projection = await openProjection();
  const events = traffic(7, 2_000);
  await projection.append(events.slice(0, 700));
  await projection.startProjector({ batchSizeMax: 64 });
  await projection.startProjector({ batchSizeMax: 100 });
  await projection.append(events.slice(700));
  await projection.caughtUp();
  await expectReference(projection);
  const live = await dumpGeneration(projection.db, 'read_g1');
  expect(live.payout_transitions?.length).toBeGreaterThan(20);
  expect(live.anomalies?.length).toBeGreaterThan(100);
  await rebuildBeside(projection.db, 33);
  expect(await dumpGeneration(projection.db, 'read_g2')).toEqual(live);
});

test('each event in a batch of its own finds the rows and currencies that earlier facts left', async () => {
  await using projection = await openProjection();
  const payout = { merchantId: 'mer_001', payoutId: 'po_1' };
  const dispute = { merchantId: 'mer_001', disputeId: 'dp_1', paymentId: 'pay_1', amount: 7 };
  await projection.append([
    payoutInitiated({ ...payout, amount: 50, currency: 'EUR', method: 'instant', destination: 'NL··1', time: nth(0) }),
    payoutFailed({ ...payout, reasonCode: 'AC04', reason: 'closed account', time: nth(1) }),
    disputeOpened({ ...dispute, currency: 'EUR', time: nth(2) }),
    disputeLost({ ...dispute, paymentId: 'pay_2', currency: 'USD', time: nth(3) }),
  ]);
  await projection.startProjector({ batchSizeMax: 1 });
  await projection.caughtUp();
  const { rows } = await sql`
    select currency, available_minor as available, in_transit_minor as transit, reserved_minor as reserved,
           disputes_minor as lost, "offset"
    from read.balances order by currency`.execute(projection.db);
  expect(rows).toEqual([
    { currency: 'EUR', available: 0n, transit: 0n, reserved: 0n, lost: 0n, offset: 3n },
    { currency: 'USD', available: -7n, transit: 0n, reserved: 0n, lost: 7n, offset: 3n },
  ]);
});

test('connections killed and projectors restarted in the middle change nothing', async () => {
  await using projection = await openProjection();
  await projection.append(traffic(11, 1_000));
  const first = await projection.startProjector({ batchSizeMax: 20 });
  for (let kill = 0; kill < 3; kill += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query not like 'LISTEN%'`
      .execute(projection.db)
      .catch(() => undefined);
    const before = await projectedEvents(projection);
    await eventually(async () => (await projectedEvents(projection)) > Math.min(before + 40, 999), {
      timeoutMs: 20_000,
    });
  }
  await first.stop();
  await projection.startProjector();
  await projection.caughtUp();
  await expectReference(projection);
  const live = await dumpGeneration(projection.db, 'read_g1');
  await rebuildBeside(projection.db, 500);
  expect(await dumpGeneration(projection.db, 'read_g2')).toEqual(live);
});

async function projectedEvents({ db }: Projection): Promise<number> {
  const { rows } = await sql<{ done: number }>`
    select coalesce(sum(next_offset), 0)::int4 as done from ledger.consumer_offsets`.execute(db);
  return rows[0]?.done ?? 0;
}

test('an event that the catalogue does not know stops its partition loudly and nothing else', async () => {
  await using projection = await openProjection();
  const adjust = (merchantId: string, index: number) => {
    const adjustmentId = `ad_${merchantId}_${index}`;
    return adjustmentPosted({ merchantId, adjustmentId, amount: 1, currency: 'EUR', reason: 'test', time: nth(index) });
  };
  const [poisoned, healthy] = ['mer_001', 'mer_042']; // partitions 4 and 6
  const before = [0, 1, 2].flatMap((index) => [adjust(poisoned, index), adjust(healthy, index)]);
  await projection.append(before);
  await sql`

    with place as (
      update ledger.partitions set next_offset = next_offset + 1 where partition = 4 returning next_offset - 1 as at
    )
    insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                               merchant_id, subject, fingerprint, data)
    select 4, at, 1, gen_random_uuid(), now(), now(), 'payment.teleported', ${poisoned}, 'pay_x', sha256('x'), '{}'
    from place`.execute(projection.db);
  await projection.append([3, 4].flatMap((index) => [adjust(poisoned, index), adjust(healthy, index)]));
  const health = createHealth();
  await projection.startProjector({ health });
  await projection.caughtUp();
  await eventually(() => !health.ready());

  expect(health.components().find((c) => c.state === 'failing')?.detail).toMatch(
    /partition 4 .* 4:3.*payment\.teleported/,
  );
  const { rows } = await sql<{ partition: number; next: bigint; reason: string | null }>`
    select partition, next_offset as next, stopped_reason as reason from ledger.consumer_offsets
    where next_offset > 0 order by partition`.execute(projection.db);
  expect(rows).toEqual([
    { partition: 4, next: 3n, reason: expect.stringContaining('payment.teleported') },
    { partition: 6, next: 5n, reason: null },
  ]);
  const { rows: balances } =
    await sql`select merchant_id as m, available_minor as a from read.balances order by 1`.execute(projection.db);
  expect(balances).toEqual([
    { m: poisoned, a: 3n },
    { m: healthy, a: 5n },
  ]);
  expect([partitionOf(poisoned, 16), partitionOf(healthy, 16)]).toEqual([4, 6]);
});

test('a sum that no column can hold stops the partition and commits nothing of the event', async () => {
  await using projection = await openProjection();
  const huge = Number.MAX_SAFE_INTEGER;
  const adjust = (index: number) =>
    adjustmentPosted({
      merchantId: 'mer_001',
      adjustmentId: `ad_${index}`,
      amount: huge,
      currency: 'EUR',
      reason: 'x',
      time: nth(index),
    });
  await projection.append(Array.from({ length: 1_030 }, (_, index) => adjust(index)));
  await projection.startProjector();
  await projection.caughtUp();
  const { rows } = await sql<{ adjustments: bigint; next: bigint }>`
    select b.adjustments_minor as adjustments, o.next_offset as next
    from read.balances b join ledger.consumer_offsets o on o.partition = b.partition`.execute(projection.db);
  expect(rows).toEqual([{ adjustments: 1_024n * BigInt(huge), next: 1_024n }]);
});
