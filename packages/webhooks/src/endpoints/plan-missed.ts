/**
 * Plans what an endpoint missed, page by page, each in its own transaction, which also says how far it has come.
 *
 * It begins only after the endpoint is registered or enabled and that is committed: a planner that did not find it
 * enabled had read its transitions before, so they are all visible here; one that comes later plans by itself. Both at
 * once plan a delivery once, by its key.
 */
import { listTransitions } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { type Kysely, sql } from 'kysely';
import { statusesOf } from '../planning/event-types.ts';
import { planDeliveries } from '../planning/plan-deliveries.ts';
import type { DeliveryTables } from '../tables.ts';

export type MissedTables = ReadTables & DeliveryTables;

const PAGE = 500;

/** Returns how many deliveries were new. */
export async function planMissed(
  db: Kysely<MissedTables>,
  { merchantId, endpointId }: { readonly merchantId: string; readonly endpointId: string },
): Promise<number> {
  let planned = 0;
  for (let done = false; !done; ) {
    await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ from: bigint | null; eventTypes: string[] }>`
        select catch_up_from as "from", event_types as "eventTypes" from delivery.endpoints
        where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status = 'enabled'
        for no key update`.execute(trx);
      const { from = null, eventTypes = [] } = rows[0] ?? {};
      // Nothing to catch up with, or disabled meanwhile: then its place is kept for when it is enabled again.
      done = from === null;
      if (from === null) return;
      const missed = await listTransitions(trx as unknown as Kysely<ReadTables>, {
        merchantId,
        statuses: statusesOf(eventTypes),
        fromOffset: from,
        limit: PAGE,
      });
      planned += await planDeliveries(trx as unknown as Kysely<DeliveryTables>, missed, { endpointId });
      const last = missed.length === PAGE ? missed.at(-1) : undefined;
      done = last === undefined;
      await sql`
        update delivery.endpoints set catch_up_from = ${last ? last.offset + 1n : null}::int8
        where endpoint_id = ${endpointId}`.execute(trx);
    });
  }
  return planned;
}
