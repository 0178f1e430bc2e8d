/** A merchant's deliveries with their receipts: all of one payout, or the latest. */
import { type Kysely, sql } from 'kysely';
import { DELIVERIES_PAGE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { addAttempts } from './add-attempts.ts';
import { DELIVERY_COLUMNS, type Delivery, type DeliverySummary } from './delivery.ts';

export interface DeliveriesWish {
  readonly merchantId: string;
  /** All deliveries of one payout; without it the latest of the merchant that tell of payouts. */
  readonly payoutId?: string;
  /** These and no others, tests and digests too. */
  readonly deliveryIds?: readonly string[];
  readonly limit?: number;
}

const LIMIT = 50;

/** Newest first. Served by deliveries_by_payout or deliveries_of_merchant, and attempts_pk. */
export async function listDeliveries(db: Kysely<DeliveryTables>, wish: DeliveriesWish): Promise<Delivery[]> {
  const { merchantId, payoutId, deliveryIds, limit = LIMIT } = wish;
  const only = deliveryIds ? sql`and d.delivery_id = any (${deliveryIds}::uuid[])` : sql`and d."offset" is not null`;
  const which =
    payoutId === undefined
      ? sql`order by d.delivery_id desc`
      : sql`and d.payout_id = ${payoutId} order by d."offset" desc, d.created_at, d.endpoint_id`;
  const { rows } = await sql<DeliverySummary>`
    select ${DELIVERY_COLUMNS} from delivery.deliveries d
    where d.merchant_id = ${merchantId} ${only} ${which}
    limit ${Math.max(0, Math.min(limit, DELIVERIES_PAGE_MAX))}::int8`.execute(db);
  return addAttempts(db, rows);
}
