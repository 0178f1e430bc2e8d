import { type Kysely, sql } from 'kysely';
import type { Delivery } from '../receipts/delivery.ts';
import { listDeliveries } from '../receipts/list-deliveries.ts';
import type { DeliveryTables } from '../tables.ts';

export interface TestsWish {
  readonly merchantId: string;
  readonly endpointId: string;
  readonly limit: number;
}

/** An endpoint's tests with their receipts, newest first. Served by deliveries_tests. */
export async function listTests(db: Kysely<DeliveryTables>, wish: TestsWish): Promise<Delivery[]> {
  const { rows } = await sql<{ deliveryId: string }>`
    select delivery_id as "deliveryId" from delivery.deliveries
    where merchant_id = ${wish.merchantId} and event_type = 'webhook.test' and endpoint_id = ${wish.endpointId}
    order by created_at desc limit ${wish.limit}::int8`.execute(db);
  return listDeliveries(db, { merchantId: wish.merchantId, deliveryIds: rows.map(({ deliveryId }) => deliveryId) });
}
