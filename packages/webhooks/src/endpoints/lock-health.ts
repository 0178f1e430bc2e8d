import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';

/**
 * Taken before the endpoint's own lock by whoever changes an endpoint, as those do who record attempts: an endpoint
 * that is changed while it fails is no deadlock.
 */
export async function lockHealth(trx: Kysely<DeliveryTables>, endpointId: string): Promise<void> {
  await sql`
    select from delivery.endpoint_health where endpoint_id = ${endpointId} for no key update`.execute(trx);
}
