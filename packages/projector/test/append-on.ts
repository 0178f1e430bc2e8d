/** A log over days: events appended as if its clock showed another time. */
import { DOORBELL_LEDGER } from '@northwind/event-store';
import { type CloudEvent, type Instant, partitionOf } from '@northwind/events';
import { sql } from 'kysely';
import type { Projection } from './open-projection.ts';

const PARTITIONS = 16;

/** `recordedAt` may not go back from one call to the next. What is told again is appended again. */
export async function appendOn({ db }: Projection, recordedAt: Instant, events: readonly CloudEvent[]): Promise<void> {
  const inserts = [...Map.groupBy(events, (event) => partitionOf(merchantOf(event), PARTITIONS))].map(
    ([partition, its]) =>
      sql`
      with place as (
        update ledger.partitions
        set next_offset = next_offset + ${its.length}::int8, recorded_at = ${recordedAt}::timestamptz
        where partition = ${partition}::int2 returning next_offset - ${its.length}::int8 as first
      )
      insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                                 merchant_id, subject, fingerprint, data)
      select ${partition}::int2, first + rank - 1, 1, gen_random_uuid(), (told ->> 'time')::timestamptz,
             ${recordedAt}::timestamptz, told ->> 'type', told -> 'data' ->> 'merchantId', told ->> 'subject',
             sha256(told::text::bytea), told -> 'data'
      from place, jsonb_array_elements(${JSON.stringify(its)}::jsonb) with ordinality as e(told, rank)`.execute(db),
  );
  await Promise.all(inserts);
  await sql`select pg_notify(${DOORBELL_LEDGER}, '')`.execute(db);
}

/** The same traffic for so many merchants, instead of few. */
export function spreadOver(merchants: number, events: readonly CloudEvent[]): CloudEvent[] {
  return events.map((event, index) => {
    const merchantId = `${merchantOf(event)}_${index % merchants}`;
    return { ...event, data: { ...event.data, merchantId } };
  });
}

export function merchantOf(event: CloudEvent): string {
  return (event.data as { merchantId: string }).merchantId;
}
