/**
 * The same answers without any read model: the log is read from its first event to the place, and added up. What is
 * read is all that the place's partition has by then, because that is how the log is ordered.
 */
import type { BalancesAsOf, PayoutAsOf, StatementsAsOf, TrialBalance } from '@northwind/projector';
import type pg from 'pg';
import { VoidRun } from '../harness/benchmark.ts';
import { addTo, type BalanceEvent, type Balances } from '../project/one-balance.ts';
import type { Place } from './choose-places.ts';

const OF_MERCHANT = `
  select type, data from ledger.events where partition = $1 and "offset" <= $2 and merchant_id = $3 order by "offset"`;

export async function replayBalances(client: pg.Client, { at, merchantId }: Place): Promise<Balances> {
  const values = [at.partition, at.offset, merchantId];
  const { rows } = await client.query<BalanceEvent>({ name: 'replay balances', text: OF_MERCHANT, values });
  const balances: Balances = new Map();
  for (const row of rows) addTo(balances, row);
  return balances;
}

const OF_MERCHANT_BY_DAY = `
  select recorded_at::date as day, type, data from ledger.events
  where partition = $1 and "offset" <= $2 and merchant_id = $3 order by "offset"`;

/** By day. */
export async function replayStatements(client: pg.Client, place: Place): Promise<ReadonlyMap<string, Balances>> {
  const { at, merchantId } = place;
  const values = [at.partition, at.offset, merchantId];
  const query = { name: 'replay statements', text: OF_MERCHANT_BY_DAY, values };
  const { rows } = await client.query<BalanceEvent & { day: string }>(query);
  const days = new Map<string, Balances>();
  for (const row of rows) {
    const balances = days.get(row.day) ?? new Map();
    addTo(balances, row);
    days.set(row.day, balances);
  }
  return days;
}

/** Payouts tell their facts in order here, so the last one says the status. */
const OF_PAYOUT = `
  select type from ledger.events
  where partition = $1 and "offset" <= $2 and merchant_id = $3 and subject = $4 and type like 'payout.%'
  order by "offset"`;

/** Null when no fact of it was told by then. */
export async function replayPayout(client: pg.Client, { at, merchantId, payoutId }: Place): Promise<string | null> {
  const values = [at.partition, at.offset, merchantId, payoutId];
  const { rows } = await client.query<{ type: string }>({ name: 'replay payout', text: OF_PAYOUT, values });
  return rows.at(-1)?.type.replace('payout.', '') ?? null;
}

const OF_ALL = `
  select data ->> 'currency' as currency,
         sum(coalesce((data ->> 'fee')::int8, 0) - coalesce((data ->> 'feeRefunded')::int8, 0))::int8 as fees,
         coalesce(sum((data ->> 'amount')::int8) filter (where type = 'adjustment.posted'), 0)::int8 as adjustments
  from ledger.events where recorded_at <= $1 and data ? 'currency' group by 1 order by 1`;

interface OfCurrency {
  readonly currency: string;
  readonly fees: bigint;
  readonly adjustments: bigint;
}

/** Two of the eight accounts; the others need a state for each dispute and payout. */
export async function replayAccounts(client: pg.Client, { time }: Place): Promise<readonly OfCurrency[]> {
  const { rows } = await client.query<OfCurrency>({ name: 'replay accounts', text: OF_ALL, values: [time] });
  return rows;
}

export function expectSameBalances(place: Place, { balances }: BalancesAsOf, replayed: Balances): void {
  const told = balances.map((b) => [b.currency, b.grossMinor, b.feesMinor, b.refundsMinor, b.adjustmentsMinor].join());
  const wanted = [...replayed.values()]
    .sort((a, b) => a.currency.localeCompare(b.currency))
    .map((b) => [b.currency, b.gross, b.fees, b.refunds, b.adjustments].join());
  expectSame(place, told.join(' '), wanted.join(' '));
}

/** Days on which only payouts or disputes moved are left out: the replay knows nothing of those. */
export function expectSameStatements(
  place: Place,
  { statements }: StatementsAsOf,
  replayed: ReadonlyMap<string, Balances>,
): void {
  const told = statements
    .filter((s) => s.grossMinor !== 0n || s.feesMinor !== 0n || s.refundsMinor !== 0n || s.adjustmentsMinor !== 0n)
    .map((s) => [s.day, s.currency, s.grossMinor, s.feesMinor, s.refundsMinor, s.adjustmentsMinor].join());
  const wanted = [...replayed].flatMap(([day, balances]) =>
    [...balances.values()].map((b) => [day, b.currency, b.gross, b.fees, b.refunds, b.adjustments].join()),
  );
  expectSame(place, told.sort().join(' '), wanted.sort().join(' '));
}

export function expectSamePayout(place: Place, { payout }: PayoutAsOf, replayed: string | null): void {
  expectSame(place, String(payout?.status ?? null), String(replayed));
}

export function expectSameAccounts(place: Place, { currencies }: TrialBalance, replayed: readonly OfCurrency[]): void {
  const told = currencies.map((c) => [c.currency, c.sumMinor, c.accounts.fee_revenue, -c.accounts.adjustments].join());
  const wanted = replayed.map((c) => [c.currency, 0, c.fees, c.adjustments].join());
  expectSame(place, told.join(' '), wanted.join(' '));
}

function expectSame({ at, merchantId }: Place, told: string, wanted: string): void {
  if (told === wanted) return;
  throw new VoidRun(`${merchantId} as of ${at.partition}:${at.offset} is ${told}, and the log comes to ${wanted}`);
}
