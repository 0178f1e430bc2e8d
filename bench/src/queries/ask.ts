/** The API's hot reads, and the least that an answer from the same tables can cost: one prepared SELECT by key. */
import { listPayouts, readBalances, readPayout } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';
import type pg from 'pg';

/** What one read is about. */
export interface Subject {
  readonly merchantId: string;
  readonly currency: string;
  readonly payoutId: string;
  /** Somewhere in the merchant's list. */
  readonly before: bigint;
}

export interface Ask {
  readonly name: string;
  readonly comparedWith?: string;
  /** The index that serves it. */
  readonly index: string;
  /** How many rows the answer has; none is a wrong answer. */
  readonly ask: (connections: Connections, subject: Subject) => Promise<number>;
}

export interface Connections {
  readonly db: Kysely<ReadTables>;
  readonly pool: pg.Pool;
}

/** A page as the API gives it by default. */
const PAGE = 50;
const BARE_BALANCE = 'bare SELECT of a balance by key';
const BARE_PAYOUT = 'bare SELECT of a payout by key';

export const ASKS: readonly Ask[] = [
  {
    name: BARE_BALANCE,
    index: 'balances_pk',
    ask: ({ pool }, { merchantId, currency }) => {
      const text = 'select * from read.balances where merchant_id = $1 and currency = $2';
      return countRows(pool, { name: 'bare balance', text, values: [merchantId, currency] });
    },
  },
  {
    name: 'balances of a merchant',
    index: 'balances_pk',
    comparedWith: BARE_BALANCE,
    ask: async ({ db }, { merchantId }) => (await readBalances(db, { merchantId })).balances.length,
  },
  {
    name: BARE_PAYOUT,
    index: 'payouts_pk',
    ask: ({ pool }, { merchantId, payoutId }) => {
      const text = 'select * from read.payouts where merchant_id = $1 and payout_id = $2';
      return countRows(pool, { name: 'bare payout', text, values: [merchantId, payoutId] });
    },
  },
  {
    name: 'a payout with its timeline',
    index: 'payout_facts_once',
    comparedWith: BARE_PAYOUT,
    ask: async ({ db }, { merchantId, payoutId }) =>
      (await readPayout(db, { merchantId, payoutId })).payout?.timeline.length ?? 0,
  },
  {
    name: 'the first page of payouts',
    index: 'payouts_newest',
    comparedWith: BARE_PAYOUT,
    ask: async ({ db }, { merchantId }) => (await listPayouts(db, { merchantId, limit: PAGE })).payouts.length,
  },
  {
    name: 'a later page of payouts',
    index: 'payouts_newest',
    comparedWith: BARE_PAYOUT,
    ask: async ({ db }, { merchantId, before }) =>
      (await listPayouts(db, { merchantId, before, limit: PAGE })).payouts.length,
  },
  {
    name: 'a page of settled payouts',
    index: 'payouts_newest',
    comparedWith: BARE_PAYOUT,
    ask: async ({ db }, { merchantId }) =>
      (await listPayouts(db, { merchantId, status: 'settled', limit: PAGE })).payouts.length,
  },
];

async function countRows(pool: pg.Pool, query: pg.QueryConfig): Promise<number> {
  return (await pool.query(query)).rows.length;
}
