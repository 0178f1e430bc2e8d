/**
 * The identity of a delivery, as SQL. It follows from the endpoint and what is told alone, so planning the same again
 * gives the same `webhook-id`, and one can be told that was never planned. A UUIDv8: milliseconds, then a hash. The
 * time in front keeps new rows together in the index.
 */
import { type RawBuilder, sql } from 'kysely';

/** Of a transition `t` (partition, offset, recorded_at) to an endpoint `e`. */
export const TRANSITION_DELIVERY_ID = uuidOf(
  sql`t.recorded_at`,
  sql`e.endpoint_id || '/' || t.partition || '/' || t."offset"`,
);

/** The `webhook-id` of the same: what the generated column of delivery.deliveries makes of the id. */
export const TRANSITION_WEBHOOK_ID = sql`'msg_' || replace(${TRANSITION_DELIVERY_ID}::text, '-', '')`;

export function uuidOf(time: RawBuilder<unknown>, told: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select (lpad(to_hex(floor(extract(epoch from ${time}) * 1000)::int8), 12, '0')
            || '8' || substr(hash, 1, 3) || 'a' || substr(hash, 4, 15))::uuid
    from encode(sha256(convert_to(${told}, 'UTF8')), 'hex') as hash)`;
}
