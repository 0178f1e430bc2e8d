/**
 * Takes due deliveries for this worker, in one statement.
 *
 * `lane` walks the queue's index from endpoint to endpoint and `waiting` keeps those with something due, so the cost is
 * in their number and not in the length of anybody's backlog. Each of them offers what is due, first attempts first, as
 * far as its own slots go. Merchants take turns, and so do the endpoints of one; and no merchant has more of the worker
 * than it leaves free, so that one whose endpoints all hang leaves slots for everybody else. Only what was chosen is
 * locked, and what another worker locked meanwhile is left to it.
 *
 * A chosen row that is still claimed has outlived its lease: its worker is gone, and the lost attempt gets its receipt
 * here. It goes behind first attempts from then on, and is put off when that happens again and again.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import {
  LEASE_MARGIN_MS,
  LEASES_LOST_MAX,
  LOST_PAUSE_MS,
  ORDER_LOOK_MAX,
  ORDER_PUT_OFF_MS,
  RATE_BURST_MS,
  RETRY_SHARE,
} from '../limits.ts';
import type { RetryPolicy } from '../policy/retry-policy.ts';
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
  /** Since this run of attempts began. */
  readonly elapsedMs: number;
  /** The endpoint's own; null: the worker's default. */
  readonly retryPolicy: RetryPolicy | null;
  readonly timeoutMs: number | null;
  readonly ratePerSecond: number | null;
  readonly isOrdered: boolean;
  /** `schedule`, `resend by <actor>` or `job <id>`. */
  readonly triggeredBy: string;
  /** In a row before this attempt: workers that vanished while they sent it. */
  readonly leasesLost: number;
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
  /** Of which what a merchant may have is worked out: a worker may have less in hand for a moment. */
  readonly slotsFree: number;
  readonly retriesMax: number;
  /** What the worker is sending already, by merchant. */
  readonly sendingTo: ReadonlyMap<string, number>;
  /** Of endpoints with the default deadline; it grows with an endpoint's own. */
  readonly leaseMs: number;
}

export interface ClaimResult {
  readonly deliveries: readonly ClaimedDelivery[];
  /** More is due that its endpoints could take: this worker's limits kept it. */
  readonly leftSome: boolean;
  /** Deliveries that have to wait for an earlier one stood in front, and are put off. */
  readonly putSomeOff: boolean;
}

/** Each endpoint with anything in the queue, by one probe of queue_due; and a null at the end. */
const QUEUED_ENDPOINTS = sql`
  (select endpoint_id from delivery.queue order by endpoint_id limit 1)
  union all
  select (select q.endpoint_id from delivery.queue q where q.endpoint_id > lane.endpoint_id
          order by q.endpoint_id limit 1)
  from lane where lane.endpoint_id is not null`;

/**
 * Those that have anything due and may be sent to: most of the others only have attempts in flight, or retries to come.
 * To an ordered one nothing goes before what it missed is planned.
 */
const WAITING_ENDPOINTS = sql`
  select open.endpoint_id, enabled.is_ordered
  from lane
  cross join lateral (
    (select q.endpoint_id from delivery.queue q
     where q.endpoint_id = lane.endpoint_id and q.priority = 0 and q.due_at <= now() order by q.due_at limit 1)
    union all
    (select q.endpoint_id from delivery.queue q
     where q.endpoint_id = lane.endpoint_id and q.priority = 1 and q.due_at <= now() order by q.due_at limit 1)
    limit 1
  ) due
  cross join lateral (
    select e.endpoint_id, e.is_ordered from delivery.endpoints e
    where e.endpoint_id = due.endpoint_id and e.status = 'enabled'
      and not (e.is_ordered and e.catch_up_from is not null)
    offset 0
  ) enabled
  cross join lateral (
    select h.endpoint_id from delivery.endpoint_health h
    where h.endpoint_id = enabled.endpoint_id and (h.open_until is null or h.open_until <= now()) offset 0
  ) open`;

/** Once for each endpoint that something was claimed of. */
const CURRENT_SECRETS = sql`
  select e.endpoint_id, coalesce(s.secrets, '[]'::json) as secrets
  from (select distinct endpoint_id from claimed) e
  cross join lateral (
    select json_agg(json_build_object(
             'version', s.version, 'scheme', s.scheme, 'keyId', s.key_id,
             'ciphertext', encode(s.ciphertext, 'base64')
           ) order by s.scheme, s.version desc) as secrets
    from delivery.secrets s
    where s.endpoint_id = e.endpoint_id and (s.expires_at is null or s.expires_at > now())
  ) s`;

const RATE_BURST = sql`greatest(1, e.rate_per_second * ${RATE_BURST_MS / 1_000}::float8)`;
const TOKENS = sql`
  least(${RATE_BURST},
        h.tokens + e.rate_per_second * greatest(0, extract(epoch from now() - h.tokens_at)::float8))`;
const MAY_BE_PROBED = sql`(h.open_until <= now() and coalesce(h.probe_until <= now(), true))`;

/** Whether a pending delivery of the same payout and endpoint is earlier than the one of the queue row `q`. */
const IS_BLOCKED = sql`
  exists (
    select from (
      select d.merchant_id, d.payout_id, d."offset" from delivery.deliveries d where d.delivery_id = q.delivery_id
      offset 0
    ) own
    cross join lateral (
      select from delivery.deliveries earlier
      where earlier.merchant_id = own.merchant_id and earlier.payout_id = own.payout_id
        and earlier.endpoint_id = q.endpoint_id and earlier."offset" < own."offset" and earlier.state = 'pending'
      offset 0
    ) earlier)`;

/** What is due at an endpoint of `waiting`, oldest first: of an ordered one the first that are not blocked. */
const dueOf = (priority: 0 | 1, wanted: RawBuilder<unknown>) => sql`
  select q.delivery_id, q.priority, q.due_at
  from (${lookedAt(priority, sql`case when waiting.is_ordered then ${ORDER_LOOK_MAX}::int8 else ${wanted} end`)}) q
  where not (waiting.is_ordered and ${IS_BLOCKED})
  order by q.due_at limit ${wanted}`;

function lookedAt(priority: 0 | 1, limit: RawBuilder<unknown>) {
  return sql`
    select q.delivery_id, q.endpoint_id, q.priority, q.due_at from delivery.queue q
    where q.endpoint_id = waiting.endpoint_id and q.priority = ${sql.lit(priority)} and q.due_at <= now()
    order by q.due_at limit ${limit}`;
}

/** Those blocked of an ordered endpoint that has more of them due than a claim looks at. */
const blockedOf = (priority: 0 | 1) => sql`
  select q.delivery_id
  from (select due.*, count(*) over () as looked from (${lookedAt(priority, sql`${ORDER_LOOK_MAX}::int8`)}) due) q
  where q.looked = ${ORDER_LOOK_MAX}::int8 and ${IS_BLOCKED}`;

const PUT_OFF = sql`
  update delivery.queue
  set due_at = now() + least(greatest(now() - scheduled_at, ${ORDER_PUT_OFF_MS.min}::float8 * interval '1 millisecond'),
                             ${ORDER_PUT_OFF_MS.max}::float8 * interval '1 millisecond')
  where delivery_id = any (array (
    select held.delivery_id
    from waiting
    cross join lateral (${blockedOf(0)} union all ${blockedOf(1)} offset 0) blocked
    cross join lateral (
      select q.delivery_id from delivery.queue q where q.delivery_id = blocked.delivery_id and q.claimed_at is null
      offset 0 for update skip locked
    ) held
    where waiting.is_ordered))
  returning delivery_id`;

/**
 * What `limited` says about its endpoints: a probe of an open circuit, or what the rate has left. Worked out from the
 * locked row, never from the statement's snapshot, which may be older.
 * Locked until the claim is committed; one that another claim has locked is left to it.
 */
const LIMITED_ENDPOINTS = sql`
  select h.endpoint_id, h.open_until is not null as is_probe, ${TOKENS} as tokens,
         case when h.open_until is not null then 1 else floor(${TOKENS}) end as allowance
  from waiting
  join delivery.endpoints e on e.endpoint_id = waiting.endpoint_id and e.status = 'enabled'
  join delivery.endpoint_health h on h.endpoint_id = waiting.endpoint_id
  where (e.rate_per_second is not null or h.open_until is not null)
    and (h.open_until is null or ${MAY_BE_PROBED}) and (e.rate_per_second is null or ${TOKENS} >= 1)
  for no key update of h skip locked`;

/**
 * What each endpoint has due, as far as its slots, its rate and its circuit go. Each "offset 0" is one probe of a key
 * for each endpoint: the planner knows nothing of how many there are, and would join the tables first.
 */
const OFFERS = sql`
  select due.*, free.attempts as free, busy.attempts as busy, e.merchant_id,
         row_number() over (partition by waiting.endpoint_id order by due.priority, due.due_at) as turn
  from waiting
  cross join lateral (
    select e.endpoint_id, e.merchant_id, e.concurrency_max, e.rate_per_second from delivery.endpoints e
    where e.endpoint_id = waiting.endpoint_id and e.status = 'enabled'
    offset 0
  ) e
  cross join lateral (
    select floor(least(e.concurrency_max, h.concurrency_now))::int8 as slots, h.open_until
    from delivery.endpoint_health h where h.endpoint_id = waiting.endpoint_id
    offset 0
  ) health
  left join limited on limited.endpoint_id = waiting.endpoint_id
  cross join lateral (
    select count(*) as attempts, count(*) filter (where f.priority = 1) as retries
    from (
      -- Ordered and limited, this is an index scan, which clears entries of finished attempts out of its own way;
      -- the bitmap scan it would be otherwise visits all of them until the next vacuum.
      select q.priority from delivery.queue q
      where q.endpoint_id = e.endpoint_id and q.claimed_at is not null and q.due_at > now()
      order by q.due_at limit health.slots
    ) f
  ) busy
  cross join lateral (
    select greatest(0, least(health.slots - busy.attempts, limited.allowance::int8)) as attempts,
           greatest(0, greatest(1, floor(health.slots * ${RETRY_SHARE}::float8)) - busy.retries)::int8 as retries
  ) free
  cross join lateral (
    (${dueOf(0, sql`free.attempts`)})
    union all
    (${dueOf(1, sql`least(free.attempts, free.retries)`)})
  ) due
  where (e.rate_per_second is null and health.open_until is null) or limited.endpoint_id is not null`;

/**
 * Of the offers, those to take: first attempts first, and merchant after merchant. What a merchant has then, with what
 * is being sent to it, is no more than what is left free: one alone may fill half of the worker, two a third each. Its
 * endpoints take turns, the one with the least in flight first.
 */
const chosenOf = ({ deliveriesMax, slotsFree: free, retriesMax, sendingTo }: ClaimLimits) => sql`
  select placed.delivery_id
  from (
    select shared.*, row_number() over (order by priority, held + nth, due_at) as place,
           row_number() over (partition by priority order by held + nth, due_at) as place_of_kind
    from (
      select offer.*,
             coalesce((${JSON.stringify(Object.fromEntries(sendingTo))}::jsonb ->> merchant_id)::int8, 0) as held,
             row_number() over (partition by merchant_id order by priority, busy + turn, due_at) as nth
      from offer where turn <= free
    ) shared
    where held + nth <= greatest(1, ${free}::int8 - nth)
  ) placed
  where held + nth <= greatest(1, ${free}::int8 - place)
    and (priority = 0 or place_of_kind <= ${retriesMax}::int8)
  order by place
  limit ${deliveriesMax}::int8`;

/** Of the queue row `q`, when a delivery may go on whose workers vanish one after the other; null: now. */
const PUT_OFF_UNTIL = sql`
  case when q.claimed_at is not null and q.leases_lost + 1 >= ${LEASES_LOST_MAX}::int4
       then now() + least(${LOST_PAUSE_MS.last}::float8, ${LOST_PAUSE_MS.first}::float8
                          * power(2, least(q.leases_lost + 1 - ${LEASES_LOST_MAX}::int4, 20)))
                    * interval '1 millisecond' end`;

const LOST_AGAIN = sql`
  update delivery.queue q
  set claimed_at = null, due_at = l.until, scheduled_at = l.until, priority = 1, leases_lost = q.leases_lost + 1,
      triggered_by = coalesce(q.wanted_by, q.triggered_by), wanted_by = null
  from locked l where q.delivery_id = l.delivery_id and l.until is not null`;

/** What was claimed of the limited endpoints. */
const SPENDING = sql`
  update delivery.endpoint_health h
  set tokens = coalesce(l.tokens - taken.attempts, h.tokens), tokens_at = greatest(h.tokens_at, now()),
      probe_id = case when l.is_probe then taken.first_id end,
      probe_until = case when l.is_probe then taken.until end
  from limited l
  join (select endpoint_id, count(*) as attempts, (array_agg(delivery_id))[1] as first_id, max(due_at) as until
        from claimed group by endpoint_id) taken on taken.endpoint_id = l.endpoint_id
  where h.endpoint_id = l.endpoint_id`;

export async function claimDeliveries(db: Kysely<DeliveryTables>, limits: ClaimLimits): Promise<ClaimResult> {
  const { rows } = await sql<ClaimedDelivery & Omit<ClaimResult, 'deliveries'>>`
    with recursive lane as (${QUEUED_ENDPOINTS}), waiting as materialized (${WAITING_ENDPOINTS}),
    limited as materialized (${LIMITED_ENDPOINTS}), offer as (${OFFERS}),
    put_off as (${PUT_OFF}), chosen as (${chosenOf(limits)}), locked as (
      select q.delivery_id, q.attempt, q.claimed_at, q.scheduled_at, q.due_at, q.triggered_by,
             ${limits.leaseMs}::float8 as lease_ms, ${PUT_OFF_UNTIL} as until
      from delivery.queue q join chosen using (delivery_id)
      where q.due_at <= now()
      for update of q skip locked
    ), lost as (
      insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome, detail, next_attempt_at,
                                     triggered_by)
      select l.delivery_id, l.attempt, l.scheduled_at, l.claimed_at, 'lease_expired',
             'The worker vanished while it sent; sent again.', coalesce(l.until, now()), l.triggered_by
      from locked l where l.claimed_at is not null
      on conflict on constraint attempts_pk do nothing
    ), lost_again as (${LOST_AGAIN}), claimed as (
      update delivery.queue q
      set claimed_at = now(), scheduled_at = l.due_at, attempt = q.attempt + 1,
          triggered_by = coalesce(q.wanted_by, q.triggered_by), wanted_by = null,
          priority = case when l.claimed_at is null then q.priority else 1 end,
          leases_lost = q.leases_lost + (l.claimed_at is not null)::int4,
          -- Enabled, and what waited is not all released yet: it has its whole policy before it.
          retries = case when q.began_at < e.enabling_since then 0 else q.retries end,
          began_at = greatest(q.began_at, e.enabling_since),
          due_at = now() + greatest(l.lease_ms, e.timeout_ms + ${LEASE_MARGIN_MS}::float8) * interval '1 millisecond'
      from locked l, delivery.endpoints e
      where q.delivery_id = l.delivery_id and e.endpoint_id = q.endpoint_id and l.until is null
      returning q.delivery_id, q.endpoint_id, q.attempt, q.priority, q.retries, q.scheduled_at, q.due_at, q.began_at,
                q.triggered_by, q.leases_lost
    ), spent as (${SPENDING}), secret as materialized (${CURRENT_SECRETS})
    select (select count(*) from offer where turn <= free) > (select count(*) from chosen) as "leftSome",
           exists (select from put_off) as "putSomeOff",
           c.delivery_id as "deliveryId", d.webhook_id as "webhookId", c.endpoint_id as "endpointId",
           d.merchant_id as "merchantId", d.partition, d."offset", d.event_type as "eventType",
           d.payout_id as "payoutId", d.body, e.url, e.concurrency_max as "concurrencyMax",
           c.attempt, c.priority, c.retries, c.scheduled_at as "scheduledAt",
           greatest(0, extract(epoch from now() - c.began_at) * 1000)::float8 as "elapsedMs",
           e.retry_policy as "retryPolicy", e.timeout_ms as "timeoutMs", e.rate_per_second as "ratePerSecond",
           e.is_ordered as "isOrdered", c.triggered_by as "triggeredBy", c.leases_lost as "leasesLost",
           secret.secrets
    from (select) one
    left join claimed c on true
    left join lateral (
      select d.webhook_id, d.merchant_id, d.partition, d."offset", d.event_type, d.payout_id, d.body
      from delivery.deliveries d where d.delivery_id = c.delivery_id
      offset 0
    ) d on true
    left join lateral (
      select e.* from delivery.endpoints e where e.endpoint_id = c.endpoint_id
      offset 0
    ) e on true
    left join secret on secret.endpoint_id = c.endpoint_id
    order by c.priority, c.scheduled_at`.execute(db);
  const { leftSome = false, putSomeOff = false } = rows[0] ?? {};
  return { deliveries: rows.filter(({ deliveryId }) => deliveryId !== null), leftSome, putSomeOff };
}
