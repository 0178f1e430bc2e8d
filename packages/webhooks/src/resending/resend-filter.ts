/** Which deliveries a bulk re-send is about. */
import type { Instant } from '@northwind/events';
import { type RawBuilder, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import type { WebhookEventType } from '../planning/event-types.ts';

/** What is left out does not narrow. */
export interface ResendFilter {
  /** Null: of all merchants. */
  readonly merchantId: string | null;
  /** At least one. */
  readonly states: readonly DeliveryState[];
  readonly endpointId?: string | undefined;
  readonly eventTypes?: readonly WebhookEventType[] | undefined;
  readonly payoutId?: string | undefined;
  /** Planned at or after. */
  readonly plannedFrom?: Instant | undefined;
  /** Planned before. */
  readonly plannedBefore?: Instant | undefined;
}

/** Conditions on `delivery.deliveries d`. */
export function matchingDeliveries(filter: ResendFilter): RawBuilder<unknown> {
  const { merchantId, states, endpointId, eventTypes, payoutId, plannedFrom, plannedBefore } = filter;
  const conditions = [sql`d.state = any (${states}::text[])`];
  // The exhausted alone are found by their own table, however many were delivered.
  if (states.every((state) => state === 'exhausted')) {
    conditions.push(sql`d.delivery_id in (select l.delivery_id from delivery.dead_letters l)`);
  }
  if (merchantId !== null) conditions.push(sql`d.merchant_id = ${merchantId}`);
  if (endpointId !== undefined) conditions.push(sql`d.endpoint_id = ${endpointId}`);
  if (eventTypes !== undefined) conditions.push(sql`d.event_type = any (${eventTypes}::text[])`);
  if (payoutId !== undefined) conditions.push(sql`d.payout_id = ${payoutId}`);
  if (plannedFrom !== undefined) conditions.push(sql`d.created_at >= ${plannedFrom}::timestamptz`);
  if (plannedBefore !== undefined) conditions.push(sql`d.created_at < ${plannedBefore}::timestamptz`);
  return sql.join(conditions, sql` and `);
}
