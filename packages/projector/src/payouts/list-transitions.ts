/** A merchant's transitions in the order of the log. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import type { PayoutStatus } from './status.ts';
import { type PayoutTransitionRow, payoutTransitionsTable } from './table.ts';
import { toSnapshot } from './transitions-source.ts';

export interface TransitionsWish {
  readonly merchantId: string;
  /** Only changes to these. */
  readonly statuses: readonly PayoutStatus[];
  /** Only what the log took in from then on. */
  readonly recordedFrom?: Instant | undefined;
  /** First offset of the merchant's partition that is wanted. */
  readonly fromOffset: bigint;
  readonly limit: number;
}

/** The oldest first. Served by payout_transitions_of_merchant. */
export async function listTransitions(db: Kysely<ReadTables>, wish: TransitionsWish): Promise<PayoutTransitionRow[]> {
  const { merchantId, statuses, recordedFrom, fromOffset, limit } = wish;
  // The log's clock never goes back in a partition, so a time is a place: found in the index, without reading payouts.
  const recorded =
    recordedFrom === undefined
      ? sql``
      : sql`and "offset" >= (
          select "offset" from read.payout_transitions
          where merchant_id = ${merchantId} and recorded_at >= ${recordedFrom} order by "offset" limit 1)`;
  const { rows } = await sql<PayoutTransitionRow>`
    select ${selectList(payoutTransitionsTable)} from read.payout_transitions
    where merchant_id = ${merchantId} and "offset" >= ${fromOffset} and status = any (${statuses}::text[]) ${recorded}
    order by "offset" limit ${limit}::int8`.execute(db);
  return rows.map((row) => ({ ...row, payout: toSnapshot(row.payout) }));
}
