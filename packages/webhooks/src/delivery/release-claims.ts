import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';

export interface Claim {
  readonly deliveryId: string;
  readonly attempt: number;
}

/** Gives unsent claims back as if they had never been made: due as before, and the attempt's number is free again. */
export async function releaseClaims(db: Kysely<DeliveryTables>, claims: readonly Claim[]): Promise<void> {
  const ids = claims.map((claim) => claim.deliveryId);
  const attempts = claims.map((claim) => claim.attempt);
  await sql`
    update delivery.queue q
    set claimed_at = null, due_at = q.scheduled_at, attempt = q.attempt - 1
    from unnest(${ids}::uuid[], ${attempts}::int4[]) as claim(delivery_id, attempt)
    where q.delivery_id = claim.delivery_id and q.attempt = claim.attempt and q.claimed_at is not null`.execute(db);
}
