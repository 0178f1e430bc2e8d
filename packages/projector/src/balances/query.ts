/** A merchant's balances. Served by balances_pk. */

import type { Coordinate } from '@northwind/event-store';
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { type AsOf, asOfMerchant, readPosition } from '../position/read-position.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import { type BalanceFigures, type BalanceRow, balancesTable } from './table.ts';

export interface Balance extends BalanceFigures {
  readonly merchantId: string;
  readonly currency: string;
  /** The last event that moved it. */
  readonly asOf: Coordinate;
  readonly updatedAt: Instant;
}

export interface BalancesAnswer {
  readonly asOf: AsOf;
  /** One a currency, by its code; empty for a merchant that nothing was posted for. */
  readonly balances: readonly Balance[];
}

export function readBalances(
  db: Kysely<ReadTables>,
  { merchantId }: { readonly merchantId: string },
): Promise<BalancesAnswer> {
  return readAtOneSnapshot(db, async (trx) => {
    const asOf = asOfMerchant(await readPosition(trx), merchantId);
    return { asOf, balances: await selectBalances(trx, merchantId) };
  });
}

/** Inside a snapshot of the caller's. */
export async function selectBalances(db: Kysely<ReadTables>, merchantId: string): Promise<Balance[]> {
  const { rows } = await sql<BalanceRow>`
    select ${selectList(balancesTable)} from read.balances
    where merchant_id = ${merchantId} order by currency`.execute(db);
  return rows.map(toBalance);
}

export function toBalance({ partition, offset, ...balance }: BalanceRow): Balance {
  return { ...balance, asOf: { partition, offset } };
}
