import type { DeliveryTables } from '@northwind/webhooks/tables';
import type { Kysely } from 'kysely';

/** The merchant whose endpoint it is; undefined when there is none, or it was removed. */
export async function findEndpointOwner(db: Kysely<DeliveryTables>, endpointId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('delivery.endpoints')
    .where('endpoint_id', '=', endpointId)
    .where('status', '<>', 'removed')
    .select('merchant_id')
    .executeTakeFirst();
  return row?.merchant_id;
}
