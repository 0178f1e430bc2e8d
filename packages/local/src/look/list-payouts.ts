import type { Coordinate } from '@northwind/event-store';
import type { PayoutStatus } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';

export interface PayoutLine {
  readonly payoutId: string;
  readonly merchantId: string;
  readonly status: PayoutStatus;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly method: string | null;
  readonly railReference: string | null;
  readonly reasonCode: string | null;
  readonly asOf: Coordinate;
  readonly updatedAt: string;
}

export interface PayoutsQuery {
  readonly merchantId?: string | undefined;
  readonly status?: PayoutStatus | undefined;
  readonly limit: number;
}

/** Payouts that changed last, of one merchant or of all. */
export async function listRecentPayouts(db: Kysely<ReadTables>, query: PayoutsQuery): Promise<PayoutLine[]> {
  const { merchantId, status, limit } = query;
  let payouts = db.selectFrom('read.payouts').selectAll();
  if (merchantId !== undefined) payouts = payouts.where('merchant_id', '=', merchantId);
  if (status !== undefined) payouts = payouts.where('status', '=', status);
  const rows = await payouts.orderBy('updated_at', 'desc').orderBy('payout_id').limit(limit).execute();
  return rows.map((row) => ({
    payoutId: row.payout_id,
    merchantId: row.merchant_id,
    status: row.status,
    amountMinor: row.amount_minor,
    currency: row.currency,
    method: row.method,
    railReference: row.rail_reference,
    reasonCode: row.reason_code,
    asOf: { partition: row.partition, offset: row.offset },
    updatedAt: row.updated_at,
  }));
}

/** The merchants that have a payout of this id; ids are a merchant's own, so there may be several. */
export async function findPayoutOwners(db: Kysely<ReadTables>, payoutId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('read.payouts')
    .select('merchant_id')
    .where('payout_id', '=', payoutId)
    .orderBy('merchant_id')
    .execute();
  return rows.map((row) => row.merchant_id);
}
