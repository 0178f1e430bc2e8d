import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';

export interface Claim {
  readonly deliveryId: string;
  readonly attempt: number;
}

/**
 * Gives unsent claims back as if they had never been made: due as before, the attempt's number is free again, and
 * another worker may probe. What they took of a rate comes back by itself.
 */
export async function releaseClaims(db: Kysely<DeliveryTables>, claims: readonly Claim[]): Promise<void> {
  const ids = claims.map((claim) => claim.deliveryId);
  const attempts = claims.map((claim) => claim.attempt);
  await sql`
    with released as (
      update delivery.queue q
      set claimed_at = null, due_at = q.scheduled_at, attempt = q.attempt - 1,
          triggered_by = coalesce(q.wanted_by, q.triggered_by), wanted_by = null
      from unnest(${ids}::uuid[], ${attempts}::int4[]) as claim(delivery_id, attempt)
      where q.delivery_id = claim.delivery_id and q.attempt = claim.attempt and q.claimed_at is not null
      returning q.delivery_id, q.endpoint_id
    )
    update delivery.endpoint_health h
    set probe_id = null, probe_until = null
    from released where h.endpoint_id = released.endpoint_id and h.probe_id = released.delivery_id`.execute(db);
}
