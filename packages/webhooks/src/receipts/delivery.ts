/** Deliveries and their receipts as they are read. */
import type { Instant } from '@northwind/events';
import { sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import type { Outcome } from '../delivery/outcome.ts';
import type { DeliveryEventType } from '../planning/event-types.ts';
import type { Exchange } from './receipt.ts';

/** The receipt of one attempt. */
export interface Attempt extends Exchange {
  readonly attempt: number;
  readonly scheduledAt: Instant;
  readonly startedAt: Instant;
  /** Null when its worker vanished. */
  readonly finishedAt: Instant | null;
  readonly durationMs: number | null;
  readonly outcome: Outcome;
  readonly detail: string | null;
  readonly secretVersion: number | null;
  readonly nextAttemptAt: Instant | null;
  /** Who wanted this attempt: `schedule`, `resend by <actor>` or `job <id>`. */
  readonly triggeredBy: string;
}

export interface DeliverySummary {
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
}

export interface Delivery extends DeliverySummary {
  /** The latest, first attempt first: RECEIPTS_PAGE_MAX in one answer at most, which its deliveries share evenly. */
  readonly attempts: readonly Attempt[];
  /** There are receipts of attempts before this one; null: none, or their retention is over. */
  readonly attemptsBefore: number | null;
}

/** A summary's, of delivery.deliveries as `d`. */
export const DELIVERY_COLUMNS = sql`
  d.delivery_id as "deliveryId", d.webhook_id as "webhookId", d.endpoint_id as "endpointId",
  (select e.url from delivery.endpoints e where e.endpoint_id = d.endpoint_id) as url,
  d.merchant_id as "merchantId", d.payout_id as "payoutId", d.event_type as "eventType",
  d.partition, d."offset", d.state, d.attempts_made as "attemptsMade", d.last_outcome as "lastOutcome",
  d.next_attempt_at as "nextAttemptAt", d.created_at as "createdAt", d.completed_at as "completedAt"`;
