import type { Balance } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';

/** Balances of one merchant or, for people who look after the system, of all. */
export async function listBalances(db: Kysely<ReadTables>, merchantId?: string): Promise<Balance[]> {
  const rows = await db
    .selectFrom('read.balances')
    .selectAll()
    .$if(merchantId !== undefined, (query) => query.where('merchant_id', '=', merchantId ?? ''))
    .orderBy('merchant_id')
    .orderBy('currency')
    .execute();
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    currency: row.currency,
    availableMinor: row.available_minor,
    inTransitMinor: row.in_transit_minor,
    reservedMinor: row.reserved_minor,
    grossMinor: row.gross_minor,
    feesMinor: row.fees_minor,
    refundsMinor: row.refunds_minor,
    disputesMinor: row.disputes_minor,
    adjustmentsMinor: row.adjustments_minor,
    paidOutMinor: row.paid_out_minor,
    asOf: { partition: row.partition, offset: row.offset },
    updatedAt: row.updated_at,
  }));
}
