import { type Kysely, sql } from 'kysely';
import { RESENDS_PAGE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import type { DeadLetter } from './dead-letter-message.ts';

export interface ListedDeadLetter extends DeadLetter {
  readonly url: string;
  readonly attemptsMade: number;
  /** Whether its message is on the dead-letter queue, or was. */
  readonly announced: boolean;
}

export interface DeadLettersWish {
  /** Null: of all merchants. */
  readonly merchantId: string | null;
  readonly endpointId?: string | undefined;
  readonly limit?: number;
}

const LIMIT = 50;

/** The columns of a DeadLetter, of `delivery.dead_letters l` and `delivery.deliveries d`. */
export const DEAD_LETTER_COLUMNS = sql`
  d.delivery_id as "deliveryId", d.webhook_id as "webhookId", d.endpoint_id as "endpointId",
  d.merchant_id as "merchantId", d.payout_id as "payoutId", d.event_type as "eventType", d.partition, d."offset",
  l.last_outcome as "lastOutcome", l.exhausted_at as "exhaustedAt"`;

/** Deliveries that were given up and not sent again since; newest first. Served by dead_letters_recent. */
export async function listDeadLetters(db: Kysely<DeliveryTables>, wish: DeadLettersWish): Promise<ListedDeadLetter[]> {
  const { merchantId, endpointId, limit = LIMIT } = wish;
  const ofMerchant = merchantId === null ? sql`` : sql`and d.merchant_id = ${merchantId}`;
  const ofEndpoint = endpointId === undefined ? sql`` : sql`and d.endpoint_id = ${endpointId}`;
  const { rows } = await sql<ListedDeadLetter>`
    select ${DEAD_LETTER_COLUMNS}, e.url, d.attempts_made as "attemptsMade", l.announce_at is null as announced
    from delivery.dead_letters l
    join delivery.deliveries d on d.delivery_id = l.delivery_id
    join delivery.endpoints e on e.endpoint_id = d.endpoint_id
    where true ${ofMerchant} ${ofEndpoint}
    order by l.exhausted_at desc, l.delivery_id
    limit ${Math.max(0, Math.min(limit, RESENDS_PAGE_MAX))}::int8`.execute(db);
  return rows;
}
