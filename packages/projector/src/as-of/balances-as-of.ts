/** A merchant's balances as they were: the journal keeps what each event left behind, so the last one before tells. */
import type { Coordinate } from '@northwind/event-store';
import { type Kysely, sql } from 'kysely';
import type { Balance } from '../balances/query.ts';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { requireModel } from '../position/require-model.ts';
import type { ReadTables } from '../tables.ts';
import { type Moment, resolveOfMerchant } from './resolve-as-of.ts';

export interface BalancesAsOf {
  readonly asOf: Coordinate;
  /** One a currency, by its code; a currency that nothing had moved by then is not there. */
  readonly balances: readonly Balance[];
}

/** Served by balances_pk and journal_of_merchant, one look-up a currency. Throws AsOfError or MissingModelError. */
export function readBalancesAsOf(
  db: Kysely<ReadTables>,
  { merchantId, moment }: { readonly merchantId: string; readonly moment: Moment },
): Promise<BalancesAsOf> {
  return readAtOneSnapshot(db, async (trx) => {
    await requireModel(trx, 'journal');
    const asOf = await resolveOfMerchant(trx, merchantId, moment);
    const { rows } = await sql<RunningRow>`
      select b.merchant_id as "merchantId", b.currency, j.available_after as "availableMinor",
             j.in_transit_after as "inTransitMinor", j.reserved_after as "reservedMinor", j.gross_after as "grossMinor",
             j.fees_after as "feesMinor", j.refunds_after as "refundsMinor", j.disputes_after as "disputesMinor",
             j.adjustments_after as "adjustmentsMinor", j.paid_out_after as "paidOutMinor",
             j.partition, j."offset", j.recorded_at as "updatedAt"
      from read.balances b
      cross join lateral (
        select * from read.journal
        where merchant_id = b.merchant_id and currency = b.currency and "offset" <= ${asOf.offset}
        order by "offset" desc limit 1
      ) j
      where b.merchant_id = ${merchantId} order by b.currency`.execute(trx);
    return { asOf, balances: rows.map(({ partition, offset, ...row }) => ({ ...row, asOf: { partition, offset } })) };
  });
}

type RunningRow = Omit<Balance, 'asOf'> & Coordinate;
