import type { OffsetRange } from '@northwind/event-store';
import { adjustmentPosted, payoutInitiated, payoutSettled, payoutSubmitted } from '@northwind/events';
import { expect, test } from 'vitest';
import { nth } from '../../test/arbitrary-events.ts';
import { openProjection } from '../../test/open-projection.ts';
import { readBalances } from '../balances/query.ts';
import { listPayouts, readPayout } from '../payouts/query.ts';
import { transitionsSource } from '../payouts/transitions-source.ts';
import { readPosition } from '../position/read-position.ts';
import { readChanges, readMerchantSnapshot } from './read-changes.ts';

const merchantId = 'mer_001'; // partition 4
const other = 'mer_042'; // partition 6
const everything = new Map<number, bigint>();

function payout(index: number, merchant = merchantId) {
  const base = { merchantId: merchant, payoutId: `po_${index}`, time: nth(index) };
  const money = { amount: 100 + index, currency: 'EUR' };
  return {
    initiated: payoutInitiated({ ...base, ...money, method: 'standard', destination: 'NL··1234' }),
    submitted: payoutSubmitted({ ...base, railReference: `rail_${index}` }),
    settled: payoutSettled({ ...base, ...money, railReference: `rail_${index}` }),
  };
}

test('before anything was projected, answers are empty and as of the place before the first event', async () => {
  await using projection = await openProjection();
  const { epoch, offsets } = await readPosition(projection.db);
  expect(epoch).toMatch(/^g1-[0-9a-f]{8}$/);
  expect(offsets.size).toBe(16);
  const asOf = { epoch, partition: 4, offset: -1n };
  expect(await readBalances(projection.db, { merchantId })).toEqual({ asOf, balances: [] });
  expect(await readPayout(projection.db, { merchantId, payoutId: 'po_1' })).toEqual({ asOf, payout: null });
  expect(await readMerchantSnapshot(projection.db, { merchantId, payoutsMax: 5 })).toEqual({
    asOf,
    balances: [],
    payouts: [],
  });
});

test('a payout with its timeline, as of the coordinate that the answer tells', async () => {
  await using projection = await openProjection();
  const { initiated, submitted, settled } = payout(1);
  await projection.append([settled, initiated, submitted]);
  await projection.startProjector();
  await projection.caughtUp();
  const { asOf, payout: answer } = await readPayout(projection.db, { merchantId, payoutId: 'po_1' });
  expect(asOf).toMatchObject({ partition: 4, offset: 2n });
  expect(answer).toMatchObject({
    status: 'settled',
    amountMinor: 101n,
    method: 'standard',
    sequence: 1,
    asOf: { partition: 4, offset: 2n },
  });
  expect(answer?.timeline.map((fact) => [fact.type, fact.offset])).toEqual([
    ['payout.settled', 0n],
    ['payout.initiated', 1n],
    ['payout.submitted', 2n],
  ]);
  expect(answer?.timeline[1]?.data).toEqual(initiated.data);
  const { balances } = await readBalances(projection.db, { merchantId });
  expect(balances).toMatchObject([
    { currency: 'EUR', availableMinor: -101n, paidOutMinor: 101n, asOf: { offset: 0n } },
  ]);
});

test('pages of payouts, newest first, do not shift when an older payout moves', async () => {
  await using projection = await openProjection();
  await projection.append(Array.from({ length: 7 }, (_, index) => payout(index).initiated));
  await projection.append([payout(0).settled, payout(3).settled, payout(5, other).initiated]);
  await projection.startProjector();
  await projection.caughtUp();
  const ids: string[] = [];
  let before: bigint | undefined;
  do {
    const page = await listPayouts(projection.db, { merchantId, limit: 3, before });
    ids.push(...page.payouts.map(({ payoutId }) => payoutId));
    before = page.next ?? undefined;
  } while (before !== undefined);
  expect(ids).toEqual(['po_6', 'po_5', 'po_4', 'po_3', 'po_2', 'po_1', 'po_0']);
  const settled = await listPayouts(projection.db, { merchantId, status: 'settled', limit: 10 });
  expect(settled.payouts.map(({ payoutId }) => payoutId)).toEqual(['po_3', 'po_0']);
  expect(settled.next).toBeNull();
});

test('changes after an offset: what was touched since, of the merchants asked for', async () => {
  await using projection = await openProjection();
  await projection.append([payout(1).initiated, payout(2).initiated, payout(3, other).initiated]);
  await projection.startProjector();
  await projection.caughtUp();
  const first = await readChanges(projection.db, { merchantIds: [merchantId, other], from: everything });
  expect(first.payouts.map(({ payoutId }) => payoutId)).toEqual(['po_1', 'po_2', 'po_3']);
  expect(first.balances.map((balance) => balance.merchantId)).toEqual([merchantId, other]);
  expect([first.position.offsets.get(4), first.position.offsets.get(6), first.position.offsets.get(0)]).toEqual([
    1n,
    0n,
    -1n,
  ]);

  await projection.append([payout(1).settled]);
  await projection.caughtUp();
  const second = await readChanges(projection.db, { merchantIds: [merchantId, other], from: first.position.offsets });
  expect(second.payouts).toMatchObject([{ payoutId: 'po_1', status: 'settled', asOf: { partition: 4, offset: 2n } }]);
  expect(second.balances).toMatchObject([{ merchantId, paidOutMinor: 101n, asOf: { partition: 4, offset: 2n } }]);
  const third = await readChanges(projection.db, { merchantIds: [merchantId], from: second.position.offsets });
  expect(third).toMatchObject({ payouts: [], balances: [], truncated: false });
  const cut = await readChanges(projection.db, { merchantIds: [merchantId], from: everything, payoutsMax: 1 });
  expect(cut).toMatchObject({ truncated: true, payouts: [{ payoutId: 'po_2' }] });
});

test('an answer always holds exactly what its coordinate says, while the projector runs', async () => {
  await using projection = await openProjection();
  const events = Array.from({ length: 1_000 }, (_, index) =>
    adjustmentPosted({
      merchantId,
      adjustmentId: `ad_${index}`,
      amount: 1,
      currency: 'EUR',
      reason: 'test',
      time: nth(index),
    }),
  );
  await projection.append(events);
  await projection.startProjector({ batchSizeMax: 20 });
  const seen = new Set<bigint>();
  for (let offset = -1n; offset < 999n; ) {
    const { asOf, balances } = await readBalances(projection.db, { merchantId });
    expect(balances[0]?.availableMinor ?? 0n).toBe(asOf.offset + 1n);
    const changes = await readChanges(projection.db, { merchantIds: [merchantId], from: everything });
    expect(changes.balances[0]?.availableMinor ?? 0n).toBe((changes.position.offsets.get(4) ?? -1n) + 1n);
    offset = asOf.offset;
    seen.add(offset);
  }
  expect(seen.size).toBeGreaterThan(5);
});

test('transitions are a source: heads are what is committed, items stand where they were caused', async () => {
  await using projection = await openProjection();
  const { initiated, submitted, settled } = payout(1);
  await projection.append([initiated, payout(2, other).initiated, submitted]);
  expect((await transitionsSource.heads(projection.db)).get(4)).toBe(0n);
  const projector = await projection.startProjector();
  await projection.caughtUp();
  await projector.stop();
  await projection.append([settled]);
  const heads = await transitionsSource.heads(projection.db);
  expect([heads.get(4), heads.get(6), heads.get(1)]).toEqual([2n, 1n, 0n]);

  const range = (partition: number, fromOffset: bigint) => ({
    partition,
    fromOffset,
    toOffset: heads.get(partition) ?? 0n,
  });
  const read = (ranges: readonly OffsetRange[], itemsPerRange: number) =>
    transitionsSource.read(projection.db, ranges, { itemsPerRange, bytesPerRange: 1_000_000 });
  const { items, cutOff } = await read([range(4, 0n), range(6, 0n)], 100);
  expect(items.map((t) => [t.partition, t.offset, t.payoutId, t.status, t.previousStatus, t.sequence])).toEqual([
    [4, 0n, 'po_1', 'initiated', null, 1],
    [4, 1n, 'po_1', 'submitted', 'initiated', 2],
    [6, 0n, 'po_2', 'initiated', null, 1],
  ]);
  expect(items[1]?.payout).toMatchObject({ status: 'submitted', amountMinor: 101n, railReference: 'rail_1' });
  expect(cutOff).toEqual(new Set());
  const begun = await read([{ partition: 4, fromOffset: 0n, toOffset: 1n }], 100);
  expect(begun.items.map((t) => t.offset)).toEqual([0n]);
  const limited = await read([range(4, 1n), range(6, 0n)], 1);
  expect(limited.cutOff).toEqual(new Set([4, 6]));
  expect(limited.items.map((t) => [t.partition, t.offset])).toEqual([
    [4, 1n],
    [6, 0n],
  ]);
});
