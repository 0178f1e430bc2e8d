import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { ENDPOINT_COLUMNS, type Endpoint, type EndpointColumns, toEndpoint } from './endpoint.ts';

/** Null when this merchant has none with this id. */
export async function readEndpoint(
  db: Kysely<DeliveryTables>,
  { merchantId, endpointId }: { readonly merchantId: string; readonly endpointId: string },
): Promise<Endpoint | null> {
  const { rows } = await sql<EndpointColumns>`
    select ${ENDPOINT_COLUMNS}
    from delivery.endpoints e join delivery.endpoint_health h on h.endpoint_id = e.endpoint_id
    where e.endpoint_id = ${endpointId} and e.merchant_id = ${merchantId} and e.status <> 'removed'`.execute(db);
  const [row] = rows;
  return row ? toEndpoint(row) : null;
}
