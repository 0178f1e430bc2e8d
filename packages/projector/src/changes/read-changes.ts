/**
 * What a live stream needs. Rows carry the coordinate of the last event that changed them, so "changed since" is a
 * query and nothing has to be kept for a client that was away.
 */
import { partitionOf } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { type Balance, selectBalances, toBalance } from '../balances/query.ts';
import { type BalanceRow, balancesTable } from '../balances/table.ts';
import { type Payout, selectPayouts, toPayout } from '../payouts/query.ts';
import { type PayoutRow, payoutsTable } from '../payouts/table.ts';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { type AsOf, asOfMerchant, type ReadPosition, readPosition } from '../position/read-position.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';

/** More changed payouts than this are not worth replaying: the reader is better off with a new snapshot. */
export const CHANGED_PAYOUTS_MAX = 10_000;

export interface ChangesWish {
  readonly merchantIds: readonly string[];
  /** Partition → offset that the reader has already; a partition that is missing counts as -1n, everything. */
  readonly from: ReadonlyMap<number, bigint>;
  readonly payoutsMax?: number;
}

export interface Changes {
  /** What the rows are as of; the next call's `from`. */
  readonly position: ReadPosition;
  /** The state of what changed after `from`, in the order of the last change. */
  readonly balances: readonly Balance[];
  readonly payouts: readonly Payout[];
  /** True when more than `payoutsMax` payouts changed: the payouts are then incomplete. */
  readonly truncated: boolean;
}

export interface MerchantSnapshot {
  readonly asOf: AsOf;
  readonly balances: readonly Balance[];
  /** The newest, newest first. */
  readonly payouts: readonly Payout[];
}

/** Served by balances_pk and payouts_by_offset. */
export function readChanges(db: Kysely<ReadTables>, wish: ChangesWish): Promise<Changes> {
  const { merchantIds, from, payoutsMax = CHANGED_PAYOUTS_MAX } = wish;
  return readAtOneSnapshot(db, async (trx) => {
    const position = await readPosition(trx);
    const offsets = merchantIds.map((merchantId) => from.get(partitionOf(merchantId, position.offsets.size)) ?? -1n);
    const wanted = sql`unnest(${merchantIds}::text[], ${offsets}::int8[]) as wanted(for_merchant, after_offset)`;
    const { rows: balances } = await sql<BalanceRow>`
      select ${selectList(balancesTable)}
      from ${wanted} join read.balances b on b.merchant_id = for_merchant and b."offset" > after_offset
      order by partition, "offset"`.execute(trx);
    const { rows: payouts } = await sql<PayoutRow>`
      select ${selectList(payoutsTable)}
      from ${wanted} join read.payouts p on p.merchant_id = for_merchant and p."offset" > after_offset
      order by partition, "offset" limit ${payoutsMax + 1}`.execute(trx);
    return {
      position,
      balances: balances.map(toBalance),
      payouts: payouts.slice(0, payoutsMax).map(toPayout),
      truncated: payouts.length > payoutsMax,
    };
  });
}

/** What a stream begins with. */
export function readMerchantSnapshot(
  db: Kysely<ReadTables>,
  { merchantId, payoutsMax }: { readonly merchantId: string; readonly payoutsMax: number },
): Promise<MerchantSnapshot> {
  return readAtOneSnapshot(db, async (trx) => {
    const asOf = asOfMerchant(await readPosition(trx), merchantId);
    const balances = await selectBalances(trx, merchantId);
    const { payouts } = await selectPayouts(trx, { merchantId, limit: payoutsMax });
    return { asOf, balances, payouts };
  });
}
