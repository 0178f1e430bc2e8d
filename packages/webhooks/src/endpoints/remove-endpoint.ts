import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';

export interface EndpointToRemove {
  readonly merchantId: string;
  readonly endpointId: string;
  /** Who removes it, for the record of its secrets; the merchant by default. */
  readonly actor?: string;
}

/**
 * Nothing is sent to it any more, its pending deliveries are cancelled, its secrets are gone. The row stays for
 * its receipts' sake. An attempt under way ends as it will; its receipt is kept.
 */
export async function removeEndpoint(
  db: Kysely<DeliveryTables>,
  { merchantId, endpointId, actor = `merchant ${merchantId}` }: EndpointToRemove,
): Promise<'removed' | 'not_found'> {
  return db.transaction().execute(async (trx) => {
    // The full lock waits for planners that found the endpoint enabled; the next statement sees what they planned.
    const found = await sql`
      select from delivery.endpoints
      where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status <> 'removed'
      for update`.execute(trx);
    if (found.rows.length === 0) return 'not_found';
    await sql`
      with removed as (
        update delivery.endpoints
        set status = 'removed', disabled_at = coalesce(disabled_at, now()), disabled_reason = 'removed'
        where endpoint_id = ${endpointId}
      ), forgotten as (
        delete from delivery.secrets where endpoint_id = ${endpointId} returning version, scheme
      ), recorded as (
        insert into delivery.secret_actions (action, endpoint_id, version, scheme, actor, reason)
        select 'removed', ${endpointId}, version, scheme, ${actor}, 'the endpoint was removed' from forgotten
      ), dropped as (
        delete from delivery.queue where endpoint_id = ${endpointId} returning delivery_id
      )
      update delivery.deliveries d
      set state = 'cancelled', completed_at = now(), next_attempt_at = null
      from dropped where d.delivery_id = dropped.delivery_id`.execute(trx);
    return 'removed';
  });
}
