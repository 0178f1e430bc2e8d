import { paymentCaptured } from '@northwind/events';
import { createHealth } from '@northwind/service-kit';
import { eventually, recordingLogger } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { feeRevenueByDay } from '../../examples/fee-revenue-by-day/fold.ts';
import { nth } from '../../test/arbitrary-events.ts';
import { openProjection, type Projection } from '../../test/open-projection.ts';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import { promote } from './promote.ts';
import { rebuild } from './rebuild.ts';

const money = { merchantId: 'mer_001', amount: 1_000, fee: 30, currency: 'EUR' };
const capture = (index: number) => paymentCaptured({ ...money, paymentId: `pay_${index}`, time: nth(index) });

async function appliedOf({ db }: Projection, group: string): Promise<bigint> {
  const { rows } = await sql<{ applied: bigint }>`
    select coalesce(sum(next_offset), 0)::int8 as applied from ledger.consumer_offsets
    where consumer_group = ${group}`.execute(db);
  return rows[0]?.applied ?? 0n;
}

test('a projector leaves a generation with a table it does not know alone, and goes on with the others', async () => {
  await using projection = await openProjection();
  const { database } = projection;
  await projection.append([capture(0)]);
  const health = createHealth();
  const { logger, lines } = recordingLogger();
  await projection.startProjector({ health, logger });
  const models = [...READ_MODELS, feeRevenueByDay];
  const rebuilt = await rebuild({ database, models, lanes: 2 });
  expect(rebuilt.comparison).toMatchObject({ isEqual: true, onlyInCandidate: ['fee_revenue_by_day'] });
  const detail = () => health.components().find(({ component }) => component === 'consumer read_2')?.detail;
  await eventually(() => detail() !== undefined);
  expect(detail()).toContain('stands by, and fails: table read_g2.fee_revenue_by_day is of no read model');
  await projection.append([capture(1)]);
  await eventually(async () => (await appliedOf(projection, 'read_1')) === 2n);
  expect(await appliedOf(projection, 'read_2')).toBe(1n);
  expect(health.ready()).toBe(true);
  expect(lines.filter(({ event }) => event === 'projector.refused')).toHaveLength(1);

  await promote({ database, rebuilt });
  await eventually(() => !health.ready());
  expect(await appliedOf(projection, 'read_2')).toBe(2n);
  await projection.startProjector({ models });
  await projection.append([capture(2)]);
  await eventually(async () => (await appliedOf(projection, 'read_2')) === 3n);
  const { rows } = await sql`select earned_minor from read.fee_revenue_by_day`.execute(projection.db);
  expect(rows).toEqual([{ earned_minor: 90n }]);
});

test('a projector leaves a generation without one of its columns alone until it is there, and says which', async () => {
  await using projection = await openProjection();
  await projection.append([capture(0)]);
  await sql`alter table read_g1.payout_facts rename column version to edition`.execute(projection.db);
  const health = createHealth();
  await projection.startProjector({ health });
  expect(health.ready()).toBe(false);
  expect(health.components()).toContainEqual({
    component: 'consumer read_1',
    state: 'failing',
    detail:
      'read model payouts: column read_g1.payout_facts.version is not there, and its table.ts says int2; ' +
      'its table is made by a migration: add one that changes it, then run settle migrate',
  });
  expect(await appliedOf(projection, 'read_1')).toBe(0n);
  await sql`alter table read_g1.payout_facts rename column edition to version`.execute(projection.db);
  await eventually(async () => (await appliedOf(projection, 'read_1')) === 1n);
  await eventually(() => health.ready());
});

test('a rebuild begun before a model was added is not gone on with: the model would never be there', async () => {
  await using projection = await openProjection();
  const { database } = projection;
  await projection.append([capture(0)]);
  const models = [...READ_MODELS, feeRevenueByDay];
  await projection.startProjector({ models });
  const before = await rebuild({ database, lanes: 2 });
  const after = await rebuild({ database, models, lanes: 2 });
  expect([before.candidate.generation, after.candidate.generation]).toEqual([2, 3]);
  expect((await rebuild({ database, models, lanes: 2 })).candidate.generation).toBe(3);
  await promote({ database, rebuilt: after });
  const { rows } = await sql`select earned_minor from read.fee_revenue_by_day`.execute(projection.db);
  expect(rows).toEqual([{ earned_minor: 30n }]);
});

test('a generation that nobody keeps any more is rebuilt and taken over from all the same', async () => {
  await using projection = await openProjection();
  const { database } = projection;
  await projection.append([capture(0)]);
  const old = await projection.startProjector();
  await projection.caughtUp();
  await old.stop();
  await projection.append([capture(1)]);
  const models = [...READ_MODELS, feeRevenueByDay];
  const rebuilt = await rebuild({ database, models, lanes: 2 });
  expect(rebuilt.comparison.isEqual).toBe(true);
  expect(await appliedOf(projection, 'read_2')).toBe(1n);
  await promote({ database, rebuilt });
  await projection.startProjector({ models });
  await eventually(async () => (await appliedOf(projection, 'read_2')) === 2n);
});

test('projectors of two releases side by side keep each their own generation, and no row is of both', async () => {
  await using projection = await openProjection();
  const { database } = projection;
  const twice: ReadModel = {
    ...feeRevenueByDay,
    version: 2,
    fold(folding) {
      feeRevenueByDay.fold({ ...folding, postings: [...folding.postings, ...folding.postings] });
    },
  };
  const old = [...READ_MODELS, feeRevenueByDay];
  const next = [...READ_MODELS, twice];
  const health = { old: createHealth(), next: createHealth() };
  await projection.append([capture(0)]);
  await projection.startProjector({ models: old, health: health.old });
  await promote({ database, rebuilt: await rebuild({ database, models: old, lanes: 2 }) });
  await projection.startProjector({ models: next, health: health.next });
  await projection.append([capture(1)]);
  await eventually(async () => (await appliedOf(projection, 'read_2')) === 2n);
  expect(health.next.components().find(({ state }) => state === 'failing')?.detail).toBe(
    'read model fee_revenue_by_day is of version 2, and read_g2 holds version 1: settle rebuild makes the next ' +
      'generation with this, projectors of the release that made the other keep that',
  );

  const rebuilt = await rebuild({ database, models: next, lanes: 2 });
  expect(rebuilt.comparison.isEqual).toBe(false);
  expect(rebuilt.candidate.generation).toBe(3);
  const signOff = { actor: 'ada', reason: 'fees count twice from now on' };
  await promote({ database, rebuilt, signOff });
  await projection.append([capture(2)]);
  await eventually(async () => (await appliedOf(projection, 'read_3')) === 3n);
  await eventually(async () => (await appliedOf(projection, 'read_2')) === 3n);
  const { rows } = await sql`
    select (select earned_minor from read_g2.fee_revenue_by_day) as old,
           (select earned_minor from read.fee_revenue_by_day) as new`.execute(projection.db);
  expect(rows).toEqual([{ old: 90n, new: 180n }]);
  await eventually(() => health.next.ready() && !health.old.ready());
});
