import { partitionOf } from '@northwind/events';
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { arbitraryEvents } from '../../test/arbitrary-events.ts';
import { openProjection, type Projection } from '../../test/open-projection.ts';
import { MissingModelError } from '../position/require-model.ts';
import { readStatements } from '../statements/query.ts';
import { readBalancesAsOf } from './balances-as-of.ts';
import { readPayoutAsOf } from './payout-as-of.ts';
import type { Moment } from './resolve-as-of.ts';
import { readStatementsAsOf } from './statements-as-of.ts';
import { readTrialBalance } from './trial-balance.ts';

const MERCHANTS = ['mer_0', 'mer_1', 'mer_2', 'mer_3', 'mer_4'];
const EVER = { fromDay: '0001-01-01', toDay: '9999-12-31' };
const PAYOUTS = ['po_0', 'po_1', 'po_2', 'po_3', 'po_4', 'po_5', 'po_6'];

async function tellAsOf({ db }: Projection, merchantId: string, moment: Moment) {
  const { asOf, balances } = await readBalancesAsOf(db, { merchantId, moment });
  const payouts = await Promise.all(PAYOUTS.map((payoutId) => readPayoutAsOf(db, { merchantId, payoutId, moment })));
  const { statements } = await readStatementsAsOf(db, { merchantId, ...EVER, moment });
  return { at: asOf, balances, payouts: payouts.map((p) => p.payout), statements };
}

test('the trial balance as of a time is what it was then, and at the end what the journal sums up to', async () => {
  await using projection = await openProjection();
  const [events = []] = fc.sample(arbitraryEvents({ minLength: 60, maxLength: 60 }), { numRuns: 1, seed: 5 });
  await projection.startProjector();
  const recorded = [];
  for (const event of events) {
    await projection.append([event]);
    await projection.caughtUp();
    const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(projection.db);
    recorded.push({ time: rows[0]?.now ?? '', books: await readTrialBalance(projection.db) });
  }
  for (const { time, books } of recorded) {
    expect(books.currencies.map((currency) => currency.sumMinor)).toEqual(books.currencies.map(() => 0n));
    expect(await readTrialBalance(projection.db, { time })).toEqual(books);
  }
  expect(await sumJournal(projection)).toEqual(recorded.at(-1)?.books.currencies);
  expect(recorded.at(-1)?.books.currencies).toHaveLength(3);
});

/** The trial balance by another way: all that was ever posted, summed up. */
async function sumJournal({ db }: Projection) {
  const { rows } = await sql<Record<string, bigint> & { currency: string }>`
    select currency, sum(processor_receivable_minor)::int8 as processor_receivable, sum(bank_minor)::int8 as bank,
           sum(merchant_payable_minor)::int8 as merchant_payable,
           sum(payout_in_transit_minor)::int8 as payout_in_transit,
           sum(dispute_reserve_minor)::int8 as dispute_reserve, sum(fee_revenue_minor)::int8 as fee_revenue,
           sum(dispute_loss_minor)::int8 as dispute_loss, sum(adjustments_minor)::int8 as adjustments
    from read.journal group by currency order by currency`.execute(db);
  return rows.map(({ currency, ...accounts }) => ({ currency, accounts, sumMinor: 0n }));
}

test('before its first event a merchant has nothing', async () => {
  await using projection = await openProjection();
  const [events = []] = fc.sample(arbitraryEvents({ minLength: 50, maxLength: 50 }), { numRuns: 1, seed: 6 });
  await projection.append(events);
  await projection.startProjector();
  await projection.caughtUp();
  for (const merchantId of MERCHANTS) {
    const at = { partition: partitionOf(merchantId, 16), offset: -1n };
    const nothing = { at, balances: [], payouts: PAYOUTS.map(() => null), statements: [] };
    expect(await tellAsOf(projection, merchantId, { at })).toEqual(nothing);
    expect(await tellAsOf(projection, merchantId, { time: '2020-01-01T00:00:00.000000Z' })).toEqual(nothing);
  }
});

test('another partition, a place that is not applied yet, or a time to come is refused with what to do', async () => {
  await using projection = await openProjection();
  const partition = partitionOf('mer_1', 16);
  const read = (at: { partition: number; offset: bigint }) =>
    readBalancesAsOf(projection.db, { merchantId: 'mer_1', moment: { at } });
  await expect(read({ partition: (partition + 1) % 16, offset: 0n })).rejects.toThrow(
    `mer_1 is in partition ${partition}; ask as of ${partition}:<offset>, or as of a time`,
  );
  await expect(read({ partition, offset: 3n })).rejects.toThrow(
    `partition ${partition} is applied up to offset -1, not yet to 3`,
  );
  const moment = { time: '2999-01-01T00:00:00.000000Z' };
  await expect(readBalancesAsOf(projection.db, { merchantId: 'mer_1', moment })).rejects.toThrow(
    '2999-01-01T00:00:00.000000Z is yet to come',
  );
});

describe('a generation that was made before there was a journal', () => {
  const merchantId = 'mer_1';
  const moment = { time: '2020-01-01T00:00:00.000000Z' };

  async function expectRefused({ db }: Projection): Promise<void> {
    const words = (model: string) =>
      `this generation of the read models has no ${model}; settle rebuild makes one that has`;
    const refused = async (answer: Promise<unknown>, model: string) => {
      const error = await answer.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(MissingModelError);
      expect(error).toMatchObject({ message: words(model) });
    };
    await refused(readBalancesAsOf(db, { merchantId, moment }), 'journal');
    await refused(readTrialBalance(db), 'journal');
    await refused(readTrialBalance(db, moment), 'journal');
    await refused(readStatements(db, { merchantId, ...EVER }), 'statements');
    await refused(readStatementsAsOf(db, { merchantId, ...EVER, moment }), 'statements');
  }

  test('says so, and what makes one that has', async () => {
    await using projection = await openProjection();
    await sql`drop table read_g1.journal, read_g1.statements cascade`.execute(projection.db);
    await expectRefused(projection);
    expect((await readPayoutAsOf(projection.db, { merchantId, payoutId: 'po_1', moment })).payout).toBeNull();
  });

  test('does not answer from another generation, whose tables the views may still show', async () => {
    await using projection = await openProjection();
    await sql`drop table read_g1.journal, read_g1.statements cascade`.execute(projection.db);
    await sql`select read.create_generation(2), read.activate_generation(2)`.execute(projection.db);
    expect((await readTrialBalance(projection.db)).currencies).toEqual([]);
    await sql`select read.activate_generation(1)`.execute(projection.db);
    await expectRefused(projection);
  });
});
