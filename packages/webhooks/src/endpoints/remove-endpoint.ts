import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { cancelRemoved } from './cancel-removed.ts';

export interface EndpointToRemove {
  readonly merchantId: string;
  readonly endpointId: string;
  /** Who removes it, for the record of its secrets; the merchant by default. */
  readonly actor?: string;
}

/**
 * Nothing is sent to it any more, its secrets are gone, its pending deliveries are cancelled. The row stays for its
 * receipts' sake. An attempt under way ends as it will; its receipt is kept. Should this break off between the two, a
 * worker cancels the rest.
 */
export async function removeEndpoint(
  db: Kysely<DeliveryTables>,
  { merchantId, endpointId, actor = `merchant ${merchantId}` }: EndpointToRemove,
): Promise<'removed' | 'not_found'> {
  const isRemoved = await db.transaction().execute(async (trx) => {
    // The full lock waits for planners that found the endpoint enabled; what is cancelled below includes theirs.
    const found = await sql`
      select from delivery.endpoints
      where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status <> 'removed'
      for update`.execute(trx);
    if (found.rows.length === 0) return false;
    await sql`
      with removed as (
        update delivery.endpoints
        set status = 'removed', disabled_at = coalesce(disabled_at, now()), disabled_reason = 'removed'
        where endpoint_id = ${endpointId}
      ), forgotten as (
        delete from delivery.secrets where endpoint_id = ${endpointId} returning version, scheme
      )
      insert into delivery.secret_actions (action, endpoint_id, version, scheme, actor, reason)
      select 'removed', ${endpointId}, version, scheme, ${actor}, 'the endpoint was removed'
      from forgotten`.execute(trx);
    return true;
  });
  if (!isRemoved) return 'not_found';
  await cancelRemoved(db, endpointId);
  return 'removed';
}
