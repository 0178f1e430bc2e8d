import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';

/**
 * Holds an endpoint until the transaction ends: it and its secrets change one change after the other, and it is not
 * removed meanwhile. Planners are not kept waiting. False when the merchant has no such endpoint.
 */
export async function lockEndpoint(
  trx: Kysely<DeliveryTables>,
  { merchantId, endpointId }: { readonly merchantId: string; readonly endpointId: string },
): Promise<boolean> {
  const { rows } = await sql`
    select from delivery.endpoints
    where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status <> 'removed'
    for no key update`.execute(trx);
  return rows.length > 0;
}
