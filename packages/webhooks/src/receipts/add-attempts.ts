import { type Kysely, sql } from 'kysely';
import { RECEIPTS_PAGE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import type { Attempt, Delivery, DeliverySummary } from './delivery.ts';

type AttemptRow = Attempt & { readonly deliveryId: string };

export interface AttemptsWish {
  /** Only attempts before this one. */
  readonly before?: number | undefined;
}

/** The same deliveries in the same order, each with its latest receipts. Served by attempts_pk. */
export async function addAttempts(
  db: Kysely<DeliveryTables>,
  deliveries: readonly DeliverySummary[],
  { before }: AttemptsWish = {},
): Promise<Delivery[]> {
  if (deliveries.length === 0) return [];
  const ids = deliveries.map(({ deliveryId }) => deliveryId);
  const each = Math.max(1, Math.floor(RECEIPTS_PAGE_MAX / deliveries.length));
  const { rows } = await sql<AttemptRow>`
    select a.delivery_id as "deliveryId", attempt, scheduled_at as "scheduledAt", started_at as "startedAt",
           first_byte_at as "firstByteAt", finished_at as "finishedAt", duration_ms as "durationMs",
           dns_ms as "dnsMs", connect_ms as "connectMs", tls_ms as "tlsMs", wait_ms as "waitMs",
           host(destination_ip) as "destinationIp", outcome, detail, secret_version as "secretVersion",
           request_headers as "requestHeaders", response_status as "responseStatus",
           response_headers as "responseHeaders", response_body as "responseBody",
           response_truncated as "responseTruncated", encode(response_sha256, 'hex') as "responseSha256",
           next_attempt_at as "nextAttemptAt", triggered_by as "triggeredBy"
    from unnest(${ids}::uuid[]) as wanted(delivery_id)
    cross join lateral (
      select * from delivery.attempts
      where delivery_id = wanted.delivery_id and (${before ?? null}::int4 is null or attempt < ${before ?? null}::int4)
      order by attempt desc limit ${each + 1}::int8
    ) a
    order by a.delivery_id, attempt desc`.execute(db);
  const byDelivery = Map.groupBy(rows, (row) => row.deliveryId);
  return deliveries.map((delivery) => {
    const latest = byDelivery.get(delivery.deliveryId) ?? [];
    const attempts = latest.slice(0, each).map(({ deliveryId: _, ...attempt }) => attempt);
    const attemptsBefore = latest.length > each ? (attempts.at(-1)?.attempt ?? null) : null;
    return { ...delivery, attempts: attempts.reverse(), attemptsBefore };
  });
}
