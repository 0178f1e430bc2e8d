import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { ENDPOINT_COLUMNS, type Endpoint, type EndpointColumns, toEndpoint } from './endpoint.ts';

/** Served by endpoints_by_merchant; without a merchant, all of them. Oldest first. */
export async function listEndpoints(
  db: Kysely<DeliveryTables>,
  { merchantId }: { readonly merchantId?: string },
): Promise<Endpoint[]> {
  const ofMerchant = merchantId === undefined ? sql`` : sql`and e.merchant_id = ${merchantId}`;
  const { rows } = await sql<EndpointColumns>`
    select ${ENDPOINT_COLUMNS}
    from delivery.endpoints e join delivery.endpoint_health h on h.endpoint_id = e.endpoint_id
    where e.status <> 'removed' ${ofMerchant}
    order by e.created_at, e.endpoint_id`.execute(db);
  return rows.map(toEndpoint);
}
