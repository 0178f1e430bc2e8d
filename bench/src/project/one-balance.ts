/**
 * What the peers and limits project: one balance a merchant and currency, of captures, refunds and adjustments. Far
 * less than ours: no books, no statements, payments, payouts or disputes, and no question whether it was told before.
 */
import type pg from 'pg';
import { VoidRun } from '../harness/benchmark.ts';

/** What a reader of the log gets. */
export interface BalanceEvent {
  readonly type: string;
  readonly data: BalanceData;
}

export interface BalanceData {
  readonly merchantId: string;
  readonly currency: string;
  readonly amount: number;
  readonly fee?: number;
  readonly feeRefunded?: number;
}

/** Events of other types move it not. */
export const BALANCE_TYPES = ['payment.captured', 'refund.succeeded', 'adjustment.posted'] as const;

export interface OneBalance {
  readonly merchant: string;
  readonly currency: string;
  gross: number;
  fees: number;
  refunds: number;
  adjustments: number;
}

/** By merchant and currency. */
export type Balances = Map<string, OneBalance>;

export const NOTHING = { gross: 0, fees: 0, refunds: 0, adjustments: 0 };

/** What one event adds to each figure. */
export function movesOf({ type, data }: BalanceEvent): typeof NOTHING | null {
  const { amount } = data;
  switch (type) {
    case 'payment.captured':
      return { ...NOTHING, gross: amount, fees: data.fee ?? 0 };
    case 'refund.succeeded':
      return { ...NOTHING, fees: -(data.feeRefunded ?? 0), refunds: amount };
    case 'adjustment.posted':
      return { ...NOTHING, adjustments: amount };
    default:
      return null;
  }
}

export function addTo(balances: Balances, event: BalanceEvent): void {
  const moves = movesOf(event);
  if (moves === null) return;
  const { merchantId: merchant, currency } = event.data;
  const key = `${merchant} ${currency}`;
  const before = balances.get(key);
  if (before === undefined) {
    balances.set(key, { merchant, currency, ...moves });
    return;
  }
  before.gross += moves.gross;
  before.fees += moves.fees;
  before.refunds += moves.refunds;
  before.adjustments += moves.adjustments;
}

export const CREATE_BALANCES = `
  create table if not exists one_balance (
    merchant text, currency text, gross int8 not null, fees int8 not null, refunds int8 not null,
    adjustments int8 not null, primary key (merchant, currency))`;

export function insertBalances(client: pg.Client, balances: Balances): Promise<unknown> {
  const all = [...balances.values()];
  const columns = [
    all.map(({ merchant }) => merchant),
    all.map(({ currency }) => currency),
    all.map(({ gross }) => gross),
    all.map(({ fees }) => fees),
    all.map(({ refunds }) => refunds),
    all.map(({ adjustments }) => adjustments),
  ];
  const text = `insert into one_balance
    select * from unnest($1::text[], $2::text[], $3::int8[], $4::int8[], $5::int8[], $6::int8[])`;
  return client.query(text, columns);
}

/** The same in SQL, of all events in the log. */
export const BALANCES_OF_LOG = `
  select merchant_id as merchant, data ->> 'currency' as currency,
         coalesce(sum((data ->> 'amount')::int8) filter (where type = 'payment.captured'), 0)::int8 as gross,
         sum(coalesce((data ->> 'fee')::int8, 0) - coalesce((data ->> 'feeRefunded')::int8, 0))::int8 as fees,
         coalesce(sum((data ->> 'amount')::int8) filter (where type = 'refund.succeeded'), 0)::int8 as refunds,
         coalesce(sum((data ->> 'amount')::int8) filter (where type = 'adjustment.posted'), 0)::int8 as adjustments
  from ledger.events where type in ('payment.captured', 'refund.succeeded', 'adjustment.posted') group by 1, 2`;

type StoredBalance = { readonly [Name in keyof OneBalance]: OneBalance[Name] extends number ? bigint : string };

/** Throws VoidRun when the table is not what the events come to. */
export async function expectBalances(client: pg.Client, expected: Balances): Promise<void> {
  const { rows } = await client.query<StoredBalance>('select * from one_balance');
  if (rows.length !== expected.size) throw new VoidRun(`${rows.length} balances, not ${expected.size}`);
  for (const { merchant, currency, gross, fees, refunds, adjustments } of rows) {
    const told = expected.get(`${merchant} ${currency}`);
    const found = [gross, fees, refunds, adjustments].map(Number);
    const wanted = told && [told.gross, told.fees, told.refunds, told.adjustments];
    if (found.join() !== wanted?.join()) throw new VoidRun(`${merchant} ${currency} has ${found}, not ${wanted}`);
  }
}
