/**
 * Plans what an endpoint missed while it was disabled, page by page, each in its own transaction, which also says how
 * far it has come. An API that dies on the way leaves the rest to the next request that asks for a catch-up.
 *
 * It begins only after the endpoint is enabled and that is committed: a planner that still found it disabled had read
 * its transitions before, so they are all visible here; one that comes later plans by itself. Both at once plan a
 * delivery once, by its key.
 */
import type { PayoutTransition } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { type Kysely, sql } from 'kysely';
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
      const { rows } = await sql<{ from: bigint }>`
        select catch_up_from as "from" from delivery.endpoints
        where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status = 'enabled'
        for no key update`.execute(trx);
      const from = rows[0]?.from ?? null;
      // Nothing to catch up with, or disabled meanwhile: then its place is kept for when it is enabled again.
      done = from === null;
      if (from === null) return;
      const missed = await readTransitions(trx, merchantId, from);
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

/** In the order of their offsets. Served by payouts_by_offset and payout_transitions_in_sequence. */
async function readTransitions(
  db: Kysely<MissedTables>,
  merchantId: string,
  from: bigint,
): Promise<PayoutTransition[]> {
  const { rows } = await sql<PayoutTransition>`
    select t.partition, t."offset", t.merchant_id as "merchantId", t.payout_id as "payoutId", t.status,
           t.previous_status as "previousStatus", t.sequence, t.occurred_at as "occurredAt",
           t.recorded_at as "recordedAt", t.payout
    from read.payouts p
    join read.payout_transitions t on t.merchant_id = p.merchant_id and t.payout_id = p.payout_id
    where p.merchant_id = ${merchantId} and p."offset" >= ${from} and t."offset" >= ${from}
    order by t."offset" limit ${PAGE}::int8`.execute(db);
  return rows.map((row) => ({ ...row, payout: exact(row.payout) }));
}

/** JSON numbers come back as numbers. An amount of one event is exact in one. */
function exact(payout: PayoutTransition['payout']): PayoutTransition['payout'] {
  const { amountMinor } = payout;
  return { ...payout, amountMinor: amountMinor === null ? null : BigInt(amountMinor) };
}
