/**
 * Plans the digests of days that are closed: one per day for each endpoint that subscribed to `webhook.digest`. What
 * was told of a day is kept, so that any number of workers tell it once, and the same is answered for ever.
 */
import { readAtOneSnapshot } from '@northwind/projector';
import { type Kysely, sql } from 'kysely';
import { buildDigestBody } from '../bodies/digest-body.ts';
import { DIGEST_DAYS_MAX } from '../limits.ts';
import type { WebhookDatabase } from '../planning/create-planner.ts';
import { uuidOf } from '../planning/delivery-id.ts';
import { computeDigest, type DigestSubject } from './compute-digest.ts';
import { findClosedDay } from './find-closed-day.ts';

interface Reader extends DigestSubject {
  readonly createdDay: string;
  /** The last day it was told; null before the first. */
  readonly lastDay: string | null;
}

export interface DigestRun {
  readonly signal: AbortSignal;
  /** Told of an endpoint whose digests could not be planned: it keeps no other one waiting. */
  readonly onError: (endpointId: string, error: unknown) => void;
}

/** Returns how many deliveries were new. */
export async function planDigests(db: Kysely<WebhookDatabase>, { signal, onError }: DigestRun): Promise<number> {
  let planned = 0;
  for (const reader of await findReaders(db)) {
    try {
      for (const day of await findDays(db, reader)) {
        if (signal.aborted) return planned;
        planned += await planDigest(db, reader, day);
      }
    } catch (error) {
      onError(reader.endpointId, error);
    }
  }
  return planned;
}

/** Those that may have a day to be told. Days are bounded once more by what is closed for the merchant. */
async function findReaders(db: Kysely<WebhookDatabase>): Promise<Reader[]> {
  const { rows } = await sql<Reader>`
    select e.endpoint_id as "endpointId", e.merchant_id as "merchantId", e.event_types as "eventTypes",
           e.registered_from as "fromOffset", (e.created_at at time zone 'UTC')::date::text as "createdDay",
           last.day::text as "lastDay"
    from delivery.endpoints e
    cross join lateral (select max(day) as day from delivery.digests d where d.endpoint_id = e.endpoint_id) last
    where e.status = 'enabled' and 'webhook.digest' = any (e.event_types)
      and coalesce(last.day, (e.created_at at time zone 'UTC')::date - 1)
          < ((now() - interval '2 minutes') at time zone 'UTC')::date - 1
    order by e.endpoint_id`.execute(db);
  return rows;
}

/** After the last day that was told, or from the last closed one; never more than a month of them. */
async function findDays(db: Kysely<WebhookDatabase>, reader: Reader): Promise<string[]> {
  const { merchantId, createdDay, lastDay } = reader;
  const closed = await readAtOneSnapshot(db, (trx) => findClosedDay(trx, merchantId));
  const { rows } = await sql<{ day: string }>`
    select day::date::text as day
    from generate_series(
      greatest(${createdDay}::date, coalesce(${lastDay}::date + 1, ${closed}::date),
               ${closed}::date - ${DIGEST_DAYS_MAX - 1}::int4)::timestamp,
      ${closed}::date::timestamp, interval '1 day') day`.execute(db);
  return rows.map(({ day }) => day);
}

async function planDigest(db: Kysely<WebhookDatabase>, reader: DigestSubject, day: string): Promise<number> {
  const { endpointId } = reader;
  const body = buildDigestBody(await computeDigest(db, reader, day));
  const deliveryId = uuidOf(
    sql`(${day}::date + 1)::timestamp at time zone 'UTC'`,
    sql`${endpointId}::text || '/digest/' || ${day}::text`,
  );
  const { numAffectedRows = 0n } = await sql`
    with endpoint as (
      select endpoint_id, merchant_id from delivery.endpoints
      where endpoint_id = ${endpointId} and status = 'enabled'
      for key share -- whoever removes it waits, and then cancels what is planned here
    ), told as (
      insert into delivery.digests (endpoint_id, day, delivery_id, body)
      select endpoint_id, ${day}::date, ${deliveryId}, ${body} from endpoint
      on conflict on constraint digests_pk do nothing
      returning endpoint_id, delivery_id, body
    ), planned as (
      insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, event_type, body, next_attempt_at)
      select told.delivery_id, endpoint.endpoint_id, endpoint.merchant_id, 'webhook.digest', told.body, now()
      from told join endpoint using (endpoint_id)
      returning delivery_id, endpoint_id, next_attempt_at
    )
    insert into delivery.queue (delivery_id, endpoint_id, due_at, scheduled_at)
    select delivery_id, endpoint_id, next_attempt_at, next_attempt_at from planned`.execute(db);
  return Number(numAffectedRows);
}
