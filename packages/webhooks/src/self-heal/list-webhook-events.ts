/**
 * A merchant's webhook events read back: what its endpoints were sent, would have been sent while they were disabled,
 * or have yet to be sent, in the order of the log and with the same bodies and ids. They are the transitions
 * themselves, so they reach back as far as the log and need no deliveries; where there is a delivery its very bytes
 * are given.
 */
import type { Instant } from '@northwind/events';
import {
  type AsOf,
  asOfMerchant,
  listTransitions,
  type PayoutTransition,
  readAtOneSnapshot,
  readPosition,
} from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import { WEBHOOK_EVENTS_PAGE_MAX } from '../limits.ts';
import { buildBody, eventTypeOf } from '../planning/build-body.ts';
import type { WebhookDatabase } from '../planning/create-planner.ts';
import { TRANSITION_WEBHOOK_ID } from '../planning/delivery-id.ts';
import { PAYOUT_EVENT_TYPES, type PayoutEventType, statusesOf } from '../planning/event-types.ts';

export interface WebhookEventsWish {
  readonly merchantId: string;
  /** Only what this endpoint subscribes to, since it was registered. Without it all events of the merchant. */
  readonly endpointId?: string | undefined;
  /** First offset of the merchant's partition that is wanted: `next` of the page before. */
  readonly from?: bigint | undefined;
  /** Only what the log took in from then on. */
  readonly recordedFrom?: Instant | undefined;
  /** At most 1,000. */
  readonly limit: number;
}

export interface WebhookEvent {
  readonly type: PayoutEventType;
  readonly payoutId: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly partition: number;
  readonly offset: bigint;
  /** Exactly the bytes of the POST, as text. */
  readonly body: string;
  /** One per endpoint that it belongs to. */
  readonly webhooks: readonly EventAtEndpoint[];
}

export interface EventAtEndpoint {
  readonly endpointId: string;
  readonly webhookId: string;
  /** Null when no delivery was planned: the endpoint was disabled, or planning has not come so far. */
  readonly state: DeliveryState | null;
}

export type WebhookEventsAnswer =
  | 'endpoint_not_found'
  | {
      readonly asOf: AsOf;
      readonly events: readonly WebhookEvent[];
      /** Where to go on, now or later. */
      readonly next: bigint;
      /** Whether there is more at once. */
      readonly hasMore: boolean;
    };

/** The oldest first. Served by payout_transitions_of_merchant and deliveries_one_per_transition. */
export function listWebhookEvents(db: Kysely<WebhookDatabase>, wish: WebhookEventsWish): Promise<WebhookEventsAnswer> {
  return readAtOneSnapshot(db, async (trx) => {
    const read = trx as unknown as Kysely<ReadTables>;
    const { merchantId, endpointId, recordedFrom, from = 0n } = wish;
    const limit = Math.max(1, Math.min(wish.limit, WEBHOOK_EVENTS_PAGE_MAX));
    const endpoint = endpointId === undefined ? EVERYTHING : await findEndpoint(trx, merchantId, endpointId);
    if (endpoint === null) return 'endpoint_not_found';
    const asOf = asOfMerchant(await readPosition(read), merchantId);
    const found = await listTransitions(read, {
      merchantId,
      statuses: statusesOf(endpoint.eventTypes),
      fromOffset: laterOf(from, endpoint.fromOffset),
      recordedFrom,
      limit: limit + 1,
    });
    const transitions = found.slice(0, limit);
    const places = await findDeliveries(trx, { merchantId, endpointId }, transitions);
    const hasMore = found.length > limit;
    const last = transitions.at(-1)?.offset;
    return {
      asOf,
      events: transitions.map((transition) => toEvent(transition, places.get(transition.offset) ?? [])),
      next: last === undefined ? from : last + 1n,
      hasMore,
    };
  });
}

interface Subscription {
  readonly eventTypes: readonly string[];
  readonly fromOffset: bigint;
}

const EVERYTHING: Subscription = { eventTypes: PAYOUT_EVENT_TYPES, fromOffset: 0n };

async function findEndpoint(
  db: Kysely<WebhookDatabase>,
  merchantId: string,
  endpointId: string,
): Promise<Subscription | null> {
  const { rows } = await sql<Subscription>`
    select event_types as "eventTypes", registered_from as "fromOffset" from delivery.endpoints
    where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status <> 'removed'`.execute(db);
  return rows[0] ?? null;
}

interface Place extends EventAtEndpoint {
  readonly offset: bigint;
  readonly body: string | null;
}

async function findDeliveries(
  db: Kysely<WebhookDatabase>,
  { merchantId, endpointId }: Pick<WebhookEventsWish, 'merchantId' | 'endpointId'>,
  transitions: readonly PayoutTransition[],
): Promise<Map<bigint, Place[]>> {
  if (transitions.length === 0) return new Map();
  const only = endpointId === undefined ? sql`` : sql`and e.endpoint_id = ${endpointId}`;
  const { rows } = await sql<Place>`
    select t."offset", e.endpoint_id as "endpointId", ${TRANSITION_WEBHOOK_ID} as "webhookId", d.state, d.body
    from unnest(${transitions.map((t) => t.partition)}::int2[], ${transitions.map((t) => t.offset)}::int8[],
                ${transitions.map((t) => t.recordedAt)}::timestamptz[], ${transitions.map(eventTypeOf)}::text[])
      as t(partition, "offset", recorded_at, event_type)
    join delivery.endpoints e on e.merchant_id = ${merchantId} and e.status <> 'removed' ${only}
    left join delivery.deliveries d
      on d.endpoint_id = e.endpoint_id and d.partition = t.partition and d."offset" = t."offset"
    where d.delivery_id is not null or (t.event_type = any (e.event_types) and t."offset" >= e.registered_from)
    order by t."offset", e.created_at, e.endpoint_id`.execute(db);
  return Map.groupBy(rows, (row) => row.offset);
}

function laterOf(one: bigint, other: bigint): bigint {
  return one < other ? other : one;
}

function toEvent(transition: PayoutTransition, places: readonly Place[]): WebhookEvent {
  const { payoutId, occurredAt, recordedAt, partition, offset } = transition;
  const sent = places.find(({ body }) => body !== null)?.body;
  return {
    type: eventTypeOf(transition),
    payoutId,
    occurredAt,
    recordedAt,
    partition,
    offset,
    body: sent ?? buildBody(transition),
    webhooks: places.map(({ endpointId, webhookId, state }) => ({ endpointId, webhookId, state })),
  };
}
