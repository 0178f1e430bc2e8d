/** A merchant's deliveries with their receipts. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import type { Outcome } from '../delivery/outcome.ts';
import { DELIVERIES_PAGE_MAX } from '../limits.ts';
import type { DeliveryEventType } from '../planning/event-types.ts';
import type { DeliveryTables } from '../tables.ts';

/** The receipt of one attempt. */
export interface Attempt {
  readonly attempt: number;
  readonly scheduledAt: Instant;
  readonly startedAt: Instant;
  /** Null when its worker vanished. */
  readonly finishedAt: Instant | null;
  readonly durationMs: number | null;
  readonly outcome: Outcome;
  readonly detail: string | null;
  readonly secretVersion: number | null;
  readonly responseStatus: number | null;
  readonly responseHeaders: Readonly<Record<string, string | string[]>> | null;
  /** Decoded, at most 64 KiB. */
  readonly responseBody: string | null;
  readonly responseTruncated: boolean;
  readonly nextAttemptAt: Instant | null;
  /** Who wanted this attempt: `schedule`, `resend by <actor>` or `job <id>`. */
  readonly triggeredBy: string;
}

export interface Delivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly merchantId: string;
  /** Null, like the coordinate, in tests and digests. */
  readonly payoutId: string | null;
  readonly eventType: DeliveryEventType;
  readonly partition: number | null;
  readonly offset: bigint | null;
  readonly state: DeliveryState;
  readonly attemptsMade: number;
  readonly lastOutcome: Outcome | null;
  readonly nextAttemptAt: Instant | null;
  readonly createdAt: Instant;
  readonly completedAt: Instant | null;
  /** First attempt first. */
  readonly attempts: readonly Attempt[];
}

export interface DeliveriesWish {
  readonly merchantId: string;
  /** All deliveries of one payout; without it the latest of the merchant that tell of payouts. */
  readonly payoutId?: string;
  /** These and no others, tests and digests too. */
  readonly deliveryIds?: readonly string[];
  readonly limit?: number;
}

const LIMIT = 50;

/** Newest first. Served by deliveries_by_payout or deliveries_recent, and attempts_pk. */
export async function listDeliveries(db: Kysely<DeliveryTables>, wish: DeliveriesWish): Promise<Delivery[]> {
  const { merchantId, payoutId, deliveryIds, limit = LIMIT } = wish;
  const ofPayout = payoutId === undefined ? sql`` : sql`and d.payout_id = ${payoutId}`;
  const only = deliveryIds ? sql`and d.delivery_id = any (${deliveryIds}::uuid[])` : sql`and d."offset" is not null`;
  const { rows: deliveries } = await sql<Omit<Delivery, 'attempts'>>`
    select d.delivery_id as "deliveryId", d.webhook_id as "webhookId", d.endpoint_id as "endpointId", e.url,
           d.merchant_id as "merchantId", d.payout_id as "payoutId", d.event_type as "eventType",
           d.partition, d."offset", d.state, d.attempts_made as "attemptsMade", d.last_outcome as "lastOutcome",
           d.next_attempt_at as "nextAttemptAt", d.created_at as "createdAt", d.completed_at as "completedAt"
    from delivery.deliveries d join delivery.endpoints e on e.endpoint_id = d.endpoint_id
    where d.merchant_id = ${merchantId} ${ofPayout} ${only}
    order by d."offset" desc, d.created_at desc, d.endpoint_id
    limit ${Math.max(0, Math.min(limit, DELIVERIES_PAGE_MAX))}::int8`.execute(db);
  const attempts = await readAttempts(
    db,
    deliveries.map((delivery) => delivery.deliveryId),
  );
  const byDelivery = Map.groupBy(attempts, (row) => row.deliveryId);
  return deliveries.map((delivery) => ({
    ...delivery,
    attempts: (byDelivery.get(delivery.deliveryId) ?? []).map(({ deliveryId: _, ...attempt }) => attempt),
  }));
}

async function readAttempts(
  db: Kysely<DeliveryTables>,
  deliveryIds: readonly string[],
): Promise<(Attempt & { readonly deliveryId: string })[]> {
  if (deliveryIds.length === 0) return [];
  const { rows } = await sql<Attempt & { deliveryId: string }>`
    select delivery_id as "deliveryId", attempt, scheduled_at as "scheduledAt", started_at as "startedAt",
           finished_at as "finishedAt", duration_ms as "durationMs", outcome, detail, secret_version as "secretVersion",
           response_status as "responseStatus", response_headers as "responseHeaders", response_body as "responseBody",
           response_truncated as "responseTruncated", next_attempt_at as "nextAttemptAt",
           triggered_by as "triggeredBy"
    from delivery.attempts where delivery_id = any(${deliveryIds}::uuid[])
    order by delivery_id, attempt`.execute(db);
  return rows;
}
