import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { type AttemptsWish, addAttempts } from './add-attempts.ts';
import { DELIVERY_COLUMNS, type Delivery, type DeliverySummary } from './delivery.ts';

export interface DeliveryToFind extends AttemptsWish {
  /** Whose it has to be; null: whoever's. */
  readonly merchantId: string | null;
  /** A UUID. */
  readonly deliveryId: string;
}

/** With its receipts; null when there is none, or when it is another merchant's. Served by deliveries_pk. */
export async function findDelivery(db: Kysely<DeliveryTables>, wish: DeliveryToFind): Promise<Delivery | null> {
  const { rows } = await sql<DeliverySummary>`
    select ${DELIVERY_COLUMNS} from delivery.deliveries d
    where d.delivery_id = ${wish.deliveryId}::uuid
      and (${wish.merchantId}::text is null or d.merchant_id = ${wish.merchantId})`.execute(db);
  const [found] = await addAttempts(db, rows, wish);
  return found ?? null;
}
