import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { appendOn, merchantOf, spreadOver } from '../test/append-on.ts';
import { arbitraryEvents } from '../test/arbitrary-events.ts';
import { openProjection, type Projection } from '../test/open-projection.ts';
import { readBalancesAsOf } from './as-of/balances-as-of.ts';
import { readStatementsAsOf } from './as-of/statements-as-of.ts';
import { readTrialBalance } from './as-of/trial-balance.ts';

const EVENTS = 3_000;
const DAYS = 20;
const PER_DAY = EVENTS / DAYS;
const PREFIXES = 60;
const EVER = { fromDay: '0001-01-01', toDay: '9999-12-31' };

const noonOf = (day: number) => `2026-11-${String(1 + day).padStart(2, '0')}T12:00:00.000000Z`;

/** What every account was posted by then, by another way than the trial balance: all of the journal, summed up. */
async function sumJournal({ db }: Projection, time: string) {
  const { rows } = await sql<Record<string, bigint> & { currency: string }>`
    select currency, sum(processor_receivable_minor)::int8 as processor_receivable, sum(bank_minor)::int8 as bank,
           sum(merchant_payable_minor)::int8 as merchant_payable,
           sum(payout_in_transit_minor)::int8 as payout_in_transit,
           sum(dispute_reserve_minor)::int8 as dispute_reserve, sum(fee_revenue_minor)::int8 as fee_revenue,
           sum(dispute_loss_minor)::int8 as dispute_loss, sum(adjustments_minor)::int8 as adjustments
    from read.journal where recorded_at <= ${time}::timestamptz group by currency order by currency`.execute(db);
  return rows.map(({ currency, ...accounts }) => ({ currency, accounts, sumMinor: 0n }));
}

/** Days whose opening is not the closing of the day before, of any merchant and currency. */
async function brokenLinks({ db }: Projection) {
  const { rows } = await sql`
    select * from (
      select merchant_id, currency, day, opening_minor, coalesce(lag(closing_minor) over merchants_days, 0) as carried
      from read.statements window merchants_days as (partition by merchant_id, currency order by day)
    ) links where opening_minor <> carried`.execute(db);
  return rows;
}

test('at any prefix of a log of weeks the books are zero and the days are a chain to the balance of then', async () => {
  await using projection = await openProjection();
  const [traffic = []] = fc.sample(arbitraryEvents({ minLength: EVENTS, maxLength: EVENTS }), { numRuns: 1, seed: 31 });
  const events = spreadOver(4, traffic);
  await projection.startProjector();
  for (let day = 0; day < DAYS; day += 1) {
    await appendOn(projection, noonOf(day), events.slice(day * PER_DAY, (day + 1) * PER_DAY));
  }
  await projection.caughtUp();

  expect(await brokenLinks(projection)).toEqual([]);
  for (let day = 0; day < DAYS; day += 1) {
    const { currencies } = await readTrialBalance(projection.db, { time: noonOf(day) });
    expect(currencies).toHaveLength(3);
    expect(currencies).toEqual(await sumJournal(projection, noonOf(day)));
  }

  const merchants = [...new Set(events.map(merchantOf))];
  const places = fc.sample(fc.tuple(fc.constantFrom(...merchants), fc.nat()), { numRuns: PREFIXES, seed: 32 });
  for (const [merchantId, chance] of places) {
    const lastMoment = { time: noonOf(DAYS - 1) };
    const { asOf: end } = await readBalancesAsOf(projection.db, { merchantId, moment: lastMoment });
    const moment = { at: { ...end, offset: BigInt(chance) % (end.offset + 1n) } };
    const { balances } = await readBalancesAsOf(projection.db, { merchantId, moment });
    const { statements } = await readStatementsAsOf(projection.db, { merchantId, ...EVER, moment });
    const carried = new Map<string, bigint>();
    for (const day of statements) {
      expect(day.openingMinor).toBe(carried.get(day.currency) ?? 0n);
      const came = day.grossMinor + day.adjustmentsMinor;
      const went = day.feesMinor + day.refundsMinor + day.heldMinor + day.disputesMinor + day.payoutsMinor;
      expect(day.closingMinor).toBe(day.openingMinor + came - went);
      carried.set(day.currency, day.closingMinor);
    }
    expect([...carried]).toEqual(balances.map((row) => [row.currency, row.availableMinor]));
  }
});
