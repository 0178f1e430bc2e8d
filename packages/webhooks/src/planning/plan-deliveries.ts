/**
 * Plans what transitions are owed: one delivery per transition and enabled endpoint that subscribed to it, in one
 * statement of the transaction that moves the group on. The ids follow from the transition and the endpoint alone, so
 * planning the same again (a group set back, a restored database) adds nothing and invents no new `webhook-id`.
 */
import type { PayoutTransition } from '@northwind/projector';
import { stringify } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { buildBody, eventTypeOf } from './build-body.ts';
import { TRANSITION_DELIVERY_ID } from './delivery-id.ts';

export interface PlanOptions {
  /** For this endpoint alone. */
  readonly endpointId?: string;
  /**
   * The transaction doesn't wait for the disk: what a crash of the server takes back is planned again, the same. What
   * is sent was claimed by a commit that does wait, later in the server's log, so its plan is on the disk as well.
   */
  readonly isRepeatedAfterCrash?: boolean;
}

/** Returns how many deliveries were new. */
export async function planDeliveries(
  db: Kysely<DeliveryTables>,
  transitions: readonly PayoutTransition[],
  { endpointId, isRepeatedAfterCrash = false }: PlanOptions = {},
): Promise<number> {
  if (transitions.length === 0) return 0;
  const unhurried = isRepeatedAfterCrash
    ? sql`cross join (select set_config('synchronous_commit', 'off', true)) unhurried`
    : sql``;
  const ofEndpoint = endpointId === undefined ? sql`` : sql`and e.endpoint_id = ${endpointId}`;
  const { numAffectedRows = 0n } = await sql`
    with transition as (
      select t.* from json_to_recordset(${stringify(transitions.map(toRow))}::json) as t(
        partition int2, "offset" int8, merchant_id text, payout_id text, event_type text, recorded_at timestamptz,
        body text)
      ${unhurried}
    ), owed as (
      select t.*, e.endpoint_id, ${TRANSITION_DELIVERY_ID} as delivery_id
      from transition t
      cross join lateral (
        select e.endpoint_id from delivery.endpoints e
        where e.merchant_id = t.merchant_id and e.status = 'enabled' and t.event_type = any (e.event_types)
          and t."offset" >= e.from_offset ${ofEndpoint}
        -- By the merchant, however many endpoints others have. Whoever removes one waits for this transaction, and then
        -- cancels what it planned.
        offset 0 for key share
      ) e
    ), planned as (
      insert into delivery.deliveries (
        delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, next_attempt_at)
      select delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, now()
      from owed
      on conflict do nothing -- one per transition and endpoint, which its id follows from
      returning delivery_id, endpoint_id, next_attempt_at
    )
    insert into delivery.queue (delivery_id, endpoint_id, due_at, scheduled_at)
    select delivery_id, endpoint_id, next_attempt_at, next_attempt_at from planned`.execute(db);
  return Number(numAffectedRows);
}

function toRow(transition: PayoutTransition) {
  return {
    partition: transition.partition,
    offset: transition.offset,
    merchant_id: transition.merchantId,
    payout_id: transition.payoutId,
    event_type: eventTypeOf(transition),
    recorded_at: transition.recordedAt,
    body: buildBody(transition),
  };
}
