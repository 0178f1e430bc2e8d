/**
 * Takes due deliveries for this worker, in one statement.
 *
 * `lane` walks the queue's index from endpoint to endpoint, so the cost is in the number of endpoints that have
 * something waiting and not in the length of anybody's backlog. Each endpoint offers what is due, first attempts first,
 * as far as its own slots go; `turn` numbers an endpoint's offers, and taking turns before taking more makes it fair.
 * Only what was chosen is locked, and what another worker locked meanwhile is left to it.
 *
 * A chosen row that is still claimed has outlived its lease: its worker is gone, and the lost attempt gets its receipt
 * here.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { RETRY_SHARE } from '../limits.ts';
import type { SigningScheme } from '../signing/scheme.ts';
import type { DeliveryTables } from '../tables.ts';

export interface ClaimedDelivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly endpointId: string;
  readonly merchantId: string;
  readonly partition: number | null;
  readonly offset: bigint | null;
  readonly eventType: string;
  readonly payoutId: string | null;
  readonly body: string;
  readonly url: string;
  readonly concurrencyMax: number;
  /** Number of the attempt to make now. */
  readonly attempt: number;
  readonly priority: number;
  readonly retries: number;
  readonly scheduledAt: Instant;
  /** `schedule`, `resend by <actor>` or `job <id>`. */
  readonly triggeredBy: string;
  /** Those of v1 first, and of each scheme the current one first. */
  readonly secrets: readonly ClaimedSecret[];
}

export interface ClaimedSecret {
  readonly version: number;
  readonly scheme: SigningScheme;
  readonly keyId: string;
  /** Base64. */
  readonly ciphertext: string;
}

export interface ClaimLimits {
  readonly deliveriesMax: number;
  readonly retriesMax: number;
  readonly leaseMs: number;
}

/** Each endpoint with anything in the queue, by one probe of queue_due; and a null at the end. */
const WAITING_ENDPOINTS = sql`
  (select endpoint_id from delivery.queue order by endpoint_id limit 1)
  union all
  select (select q.endpoint_id from delivery.queue q where q.endpoint_id > lane.endpoint_id
          order by q.endpoint_id limit 1)
  from lane where lane.endpoint_id is not null`;

/** Of the endpoint `e`. */
const CURRENT_SECRETS = sql`
  (select coalesce(json_agg(json_build_object(
            'version', s.version, 'scheme', s.scheme, 'keyId', s.key_id,
            'ciphertext', encode(s.ciphertext, 'base64')
          ) order by s.scheme, s.version desc), '[]'::json)
   from delivery.secrets s
   where s.endpoint_id = e.endpoint_id and (s.expires_at is null or s.expires_at > now()))`;

export async function claimDeliveries(db: Kysely<DeliveryTables>, limits: ClaimLimits): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    with recursive lane as (${WAITING_ENDPOINTS}), offer as (
      select due.*
      from lane
      join delivery.endpoints e on e.endpoint_id = lane.endpoint_id and e.status = 'enabled'
      cross join lateral (
        select count(*) as attempts, count(*) filter (where f.priority = 1) as retries
        from (
          -- Ordered and limited, this is an index scan, which clears entries of finished attempts out of its own way;
          -- the bitmap scan it would be otherwise visits all of them until the next vacuum.
          select q.priority from delivery.queue q
          where q.endpoint_id = e.endpoint_id and q.claimed_at is not null and q.due_at > now()
          order by q.due_at limit e.concurrency_max
        ) f
      ) busy
      cross join lateral (
        select e.concurrency_max - busy.attempts as attempts,
               greatest(1, floor(e.concurrency_max * ${RETRY_SHARE}::float8)) - busy.retries as retries
      ) free
      cross join lateral (
        select ready.*, row_number() over (order by ready.priority, ready.due_at) as turn
        from (
          (select q.delivery_id, q.priority, q.due_at from delivery.queue q
           where q.endpoint_id = e.endpoint_id and q.priority = 0 and q.due_at <= now()
           order by q.due_at limit greatest(free.attempts, 0))
          union all
          (select q.delivery_id, q.priority, q.due_at from delivery.queue q
           where q.endpoint_id = e.endpoint_id and q.priority = 1 and q.due_at <= now()
           order by q.due_at limit greatest(least(free.attempts, free.retries), 0))
        ) ready
        order by turn limit greatest(free.attempts, 0)
      ) due
    ), chosen as (
      select place.delivery_id
      from (select offer.*, row_number() over (partition by priority order by turn, due_at) as place from offer) place
      where place.priority = 0 or place.place <= ${limits.retriesMax}::int8
      order by place.priority, place.place
      limit ${limits.deliveriesMax}::int8
    ), locked as (
      select q.delivery_id, q.attempt, q.claimed_at, q.scheduled_at, q.due_at, q.triggered_by
      from delivery.queue q join chosen using (delivery_id)
      where q.due_at <= now()
      for update of q skip locked
    ), lost as (
      insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome, detail, next_attempt_at,
                                     triggered_by)
      select l.delivery_id, l.attempt, l.scheduled_at, l.claimed_at, 'lease_expired',
             'The worker vanished while it sent; sent again.', now(), l.triggered_by
      from locked l where l.claimed_at is not null
      on conflict on constraint attempts_pk do nothing
    ), claimed as (
      update delivery.queue q
      set claimed_at = now(), scheduled_at = l.due_at, attempt = q.attempt + 1,
          due_at = now() + ${limits.leaseMs}::float8 * interval '1 millisecond'
      from locked l where q.delivery_id = l.delivery_id
      returning q.delivery_id, q.attempt, q.priority, q.retries, q.scheduled_at, q.triggered_by
    )
    select c.delivery_id as "deliveryId", d.webhook_id as "webhookId", d.endpoint_id as "endpointId",
           d.merchant_id as "merchantId", d.partition, d."offset", d.event_type as "eventType",
           d.payout_id as "payoutId", d.body, e.url, e.concurrency_max as "concurrencyMax",
           c.attempt, c.priority, c.retries, c.scheduled_at as "scheduledAt",
           c.triggered_by as "triggeredBy", ${CURRENT_SECRETS} as secrets
    from claimed c
    join delivery.deliveries d on d.delivery_id = c.delivery_id
    join delivery.endpoints e on e.endpoint_id = d.endpoint_id
    order by c.priority, c.scheduled_at`.execute(db);
  return rows;
}
