/**
 * Plans for one endpoint what the planner does not: what it missed while it was disabled, and what no planner has come
 * to yet when it is disabled.
 *
 * What was missed goes page by page, each in its own transaction, which also says how far it has come. It begins only
 * after the endpoint is registered or enabled and that is committed: a planner that did not find it
 * enabled had read its transitions before, so they are all visible here; one that comes later plans by itself. Both at
 * once plan a delivery once, by its key.
 */
import { partitionOf } from '@northwind/events';
import { listTransitions } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { type Kysely, sql } from 'kysely';
import { PLANNER_GROUP } from '../planning/create-planner.ts';
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

/**
 * Plans what happened while the endpoint was enabled and no planner has come to. Returns the offset from which on it
 * will have missed everything when it is disabled in this transaction; null when it is not enabled.
 */
export async function planUnplanned(
  trx: Kysely<MissedTables>,
  { merchantId, endpointId }: { readonly merchantId: string; readonly endpointId: string },
): Promise<bigint | null> {
  const partitions = await trx.selectFrom('ledger.partitions').select('partition').execute();
  const { rows } = await sql<{ from: bigint; eventTypes: string[] }>`
    select greatest(e.from_offset, o.next_offset) as "from", e.event_types as "eventTypes"
    from delivery.endpoints e
    left join ledger.consumer_offsets o
      on o.consumer_group = ${PLANNER_GROUP} and o.partition = ${partitionOf(merchantId, partitions.length)}::int2
    where e.endpoint_id = ${endpointId} and e.merchant_id = ${merchantId} and e.status = 'enabled'`.execute(trx);
  const [found] = rows;
  if (found === undefined) return null;
  for (let from = found.from; ; ) {
    const statuses = statusesOf(found.eventTypes);
    const page = { merchantId, statuses, fromOffset: from, limit: PAGE };
    const unplanned = await listTransitions(trx as unknown as Kysely<ReadTables>, page);
    await planDeliveries(trx as unknown as Kysely<DeliveryTables>, unplanned, { endpointId });
    from = (unplanned.at(-1)?.offset ?? from - 1n) + 1n;
    if (unplanned.length < PAGE) return from;
  }
}
