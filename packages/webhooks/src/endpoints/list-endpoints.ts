import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { ENDPOINT_COLUMNS, type Endpoint } from './endpoint.ts';

/** Served by endpoints_by_merchant. Oldest first. */
export async function listEndpoints(
  db: Kysely<DeliveryTables>,
  { merchantId }: { readonly merchantId: string },
): Promise<Endpoint[]> {
  const { rows } = await sql<Endpoint>`
    select ${ENDPOINT_COLUMNS} from delivery.endpoints
    where merchant_id = ${merchantId} and status <> 'removed'
    order by created_at, endpoint_id`.execute(db);
  return rows;
}
