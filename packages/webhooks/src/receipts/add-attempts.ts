import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import type { Attempt, Delivery, DeliverySummary } from './delivery.ts';

type AttemptRow = Attempt & { readonly deliveryId: string };

/** The same deliveries in the same order, each with its receipts. Served by attempts_pk. */
export async function addAttempts(
  db: Kysely<DeliveryTables>,
  deliveries: readonly DeliverySummary[],
): Promise<Delivery[]> {
  if (deliveries.length === 0) return [];
  const ids = deliveries.map(({ deliveryId }) => deliveryId);
  const { rows } = await sql<AttemptRow>`
    select delivery_id as "deliveryId", attempt, scheduled_at as "scheduledAt", started_at as "startedAt",
           first_byte_at as "firstByteAt", finished_at as "finishedAt", duration_ms as "durationMs",
           dns_ms as "dnsMs", connect_ms as "connectMs", tls_ms as "tlsMs", wait_ms as "waitMs",
           host(destination_ip) as "destinationIp", outcome, detail, secret_version as "secretVersion",
           request_headers as "requestHeaders", response_status as "responseStatus",
           response_headers as "responseHeaders", response_body as "responseBody",
           response_truncated as "responseTruncated", encode(response_sha256, 'hex') as "responseSha256",
           next_attempt_at as "nextAttemptAt", triggered_by as "triggeredBy"
    from delivery.attempts where delivery_id = any(${ids}::uuid[])
    order by delivery_id, attempt`.execute(db);
  const byDelivery = Map.groupBy(rows, (row) => row.deliveryId);
  return deliveries.map((delivery) => ({
    ...delivery,
    attempts: (byDelivery.get(delivery.deliveryId) ?? []).map(({ deliveryId: _, ...attempt }) => attempt),
  }));
}
