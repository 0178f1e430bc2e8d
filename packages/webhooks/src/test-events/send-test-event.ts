/**
 * Plans one delivery of type `webhook.test` to an endpoint, whatever that subscribed to: with a `webhook-id` of its
 * own, without a payout and a coordinate, through the same engine, receipts and egress guard as all others, and with a
 * single attempt. Bounded per endpoint and per merchant, so that nobody uses us to flood somebody.
 */
import { DOORBELL_DELIVERIES } from '@northwind/event-store';
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { buildTestBody } from '../bodies/test-body.ts';
import { TESTS_PER_HOUR_MAX, TESTS_PER_MINUTE_MAX } from '../limits.ts';
import { uuidOf } from '../planning/delivery-id.ts';
import type { DeliveryTables } from '../tables.ts';

export interface TestToSend {
  readonly merchantId: string;
  readonly endpointId: string;
}

export type TestOutcome =
  | { readonly kind: 'planned'; readonly deliveryId: string; readonly webhookId: string }
  | { readonly kind: 'endpoint_not_found' }
  /** Nothing is sent to it until it is enabled again. */
  | { readonly kind: 'endpoint_disabled' }
  | { readonly kind: 'too_many_tests'; readonly max: number; readonly per: 'minute' | 'hour' };

export async function sendTestEvent(db: Kysely<DeliveryTables>, wish: TestToSend): Promise<TestOutcome> {
  const outcome = await db.transaction().execute((trx) => planTest(trx, wish));
  if (outcome.kind === 'planned') await sql`select pg_notify(${DOORBELL_DELIVERIES}, '')`.execute(db);
  return outcome;
}

async function planTest(trx: Kysely<DeliveryTables>, wish: TestToSend): Promise<TestOutcome> {
  const { merchantId, endpointId } = wish;
  // The locks make tests of one merchant take turns, so that the next statement counts all of them.
  const { rows: endpoints } = await sql<{ endpointId: string; status: string }>`
    select endpoint_id as "endpointId", status from delivery.endpoints
    where merchant_id = ${merchantId} and status <> 'removed'
    order by endpoint_id for no key update`.execute(trx);
  const endpoint = endpoints.find((row) => row.endpointId === endpointId);
  if (endpoint === undefined) return { kind: 'endpoint_not_found' };
  if (endpoint.status !== 'enabled') return { kind: 'endpoint_disabled' };
  const { rows: counts } = await sql<{ minute: number; hour: number; now: Instant }>`
    select count(*) filter (where endpoint_id = ${endpointId} and created_at > c.now - interval '1 minute')::int4
             as minute, count(created_at)::int4 as hour, c.now
    from clock_timestamp() as c(now)
    left join delivery.deliveries d
      on d.merchant_id = ${merchantId} and d.event_type = 'webhook.test' and d.created_at > c.now - interval '1 hour'
    group by c.now`.execute(trx);
  const [count] = counts;
  if (count === undefined) throw new Error('the database tells no time');
  if (count.minute >= TESTS_PER_MINUTE_MAX) return { kind: 'too_many_tests', max: TESTS_PER_MINUTE_MAX, per: 'minute' };
  if (count.hour >= TESTS_PER_HOUR_MAX) return { kind: 'too_many_tests', max: TESTS_PER_HOUR_MAX, per: 'hour' };
  const body = buildTestBody({ endpointId, merchantId, timestamp: count.now });
  return { kind: 'planned', ...(await insertTest(trx, { ...wish, at: count.now, body })) };
}

interface Test extends TestToSend {
  readonly at: Instant;
  readonly body: string;
}

async function insertTest(trx: Kysely<DeliveryTables>, { merchantId, endpointId, at, body }: Test) {
  const deliveryId = uuidOf(sql`${at}::timestamptz`, sql`${endpointId}::text || '/test/' || gen_random_uuid()`);
  const { rows } = await sql<{ deliveryId: string; webhookId: string }>`
    with planned as (
      insert into delivery.deliveries (
        delivery_id, endpoint_id, merchant_id, event_type, body, created_at, next_attempt_at)
      values (${deliveryId}, ${endpointId}, ${merchantId}, 'webhook.test', ${body}, ${at}, ${at})
      returning delivery_id, webhook_id
    ), queued as (
      insert into delivery.queue (delivery_id, endpoint_id, due_at, scheduled_at)
      select delivery_id, ${endpointId}, ${at}::timestamptz, ${at}::timestamptz from planned
    )
    select delivery_id as "deliveryId", webhook_id as "webhookId" from planned`.execute(trx);
  const [planned] = rows;
  if (planned === undefined) throw new Error('an insert returned no row');
  return planned;
}
