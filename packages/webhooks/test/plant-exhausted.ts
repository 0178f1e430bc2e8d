import { sql } from 'kysely';
import { MERCHANT, type Stage } from './open-stage.ts';

/** Deliveries of an endpoint that were given up, in one statement, however many: payouts po_<from> and on. */
export async function plantExhausted(stage: Stage, endpointId: string, { from = 0, count }: PlantWish): Promise<void> {
  await sql`
    with planted as (
      insert into delivery.deliveries (
        delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, state, attempts_made,
        last_outcome, completed_at)
      select gen_random_uuid(), ${endpointId}, ${MERCHANT}, 4, n, 'payout.settled', 'po_' || n,
             '{"payoutId":"po_' || n || '"}', 'exhausted', 1, 'server_error', now()
      from generate_series(${from}::int8, ${from + count - 1}::int8) n
      returning delivery_id
    ), receipts as (
      insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, finished_at, outcome)
      select delivery_id, 1, now(), now(), now(), 'server_error' from planted
    )
    insert into delivery.dead_letters (delivery_id, last_outcome, announce_at)
    select delivery_id, 'server_error', null from planted`.execute(stage.db);
}

interface PlantWish {
  readonly from?: number;
  readonly count: number;
}
