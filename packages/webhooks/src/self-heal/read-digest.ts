/** The digest of a day as it was sent, or as it would be sent to an endpoint that did not subscribe to digests. */
import { readAtOneSnapshot } from '@northwind/projector';
import { type Kysely, sql } from 'kysely';
import { buildDigestBody } from '../bodies/digest-body.ts';
import type { WebhookDatabase } from '../planning/create-planner.ts';
import { computeDigest, type DigestSubject } from './compute-digest.ts';
import { findClosedDay } from './find-closed-day.ts';

export interface DigestWish {
  readonly merchantId: string;
  readonly endpointId: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
}

export type DigestAnswer =
  | { readonly kind: 'endpoint_not_found' }
  /** Events may still be added to it. */
  | { readonly kind: 'not_closed'; readonly lastClosedDay: string }
  /** The bytes of the webhook; `webhookId` is null when it was not sent. */
  | { readonly kind: 'digest'; readonly body: string; readonly webhookId: string | null };

export function readDigest(db: Kysely<WebhookDatabase>, wish: DigestWish): Promise<DigestAnswer> {
  const { merchantId, endpointId, day } = wish;
  return readAtOneSnapshot(db, async (trx): Promise<DigestAnswer> => {
    const { rows } = await sql<DigestSubject & { readonly body: string | null; readonly webhookId: string | null }>`
      select e.endpoint_id as "endpointId", e.merchant_id as "merchantId", e.event_types as "eventTypes",
             e.registered_from as "fromOffset", d.body, 'msg_' || replace(d.delivery_id::text, '-', '') as "webhookId"
      from delivery.endpoints e
      left join delivery.digests d on d.endpoint_id = e.endpoint_id and d.day = ${day}::date
      where e.endpoint_id = ${endpointId} and e.merchant_id = ${merchantId} and e.status <> 'removed'`.execute(trx);
    const [found] = rows;
    if (found === undefined) return { kind: 'endpoint_not_found' };
    if (found.body !== null) return { kind: 'digest', body: found.body, webhookId: found.webhookId };
    const lastClosedDay = await findClosedDay(trx, merchantId);
    if (day > lastClosedDay) return { kind: 'not_closed', lastClosedDay };
    return { kind: 'digest', body: buildDigestBody(await computeDigest(trx, found, day)), webhookId: null };
  });
}
