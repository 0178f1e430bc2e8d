import { type Kysely, sql } from 'kysely';
import { CANCEL_BATCH_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';

/**
 * Cancels what is pending for removed endpoints: of one, or of all of them, should a removal have broken off. In pages,
 * and without a lock on the endpoint: neither planning nor recording waits. A row that is being recorded right now is
 * left to the next round. Returns how many were cancelled.
 */
export async function cancelRemoved(db: Kysely<DeliveryTables>, endpointId?: string): Promise<number> {
  const ofEndpoint = endpointId === undefined ? sql`` : sql`and e.endpoint_id = ${endpointId}`;
  for (let cancelled = 0; ; ) {
    const { numAffectedRows = 0n } = await sql`
      with dropped as (
        delete from delivery.queue
        where delivery_id in (
          select q.delivery_id
          from delivery.endpoints e
          join delivery.queue q on q.endpoint_id = e.endpoint_id
          where e.status = 'removed' ${ofEndpoint}
          limit ${CANCEL_BATCH_MAX}::int8
          for update of q skip locked
        )
        returning delivery_id, attempt, claimed_at, scheduled_at, triggered_by
      ), lost as (
        -- Whoever sends it tells what became of it later, in this receipt's place; unless that worker is gone.
        insert into delivery.attempts (delivery_id, attempt, scheduled_at, started_at, outcome, detail, triggered_by)
        select delivery_id, attempt, scheduled_at, claimed_at, 'lease_expired',
               'Its endpoint was removed while it was sent.', triggered_by
        from dropped where claimed_at is not null
        on conflict on constraint attempts_pk do nothing
      )
      update delivery.deliveries d
      set state = 'cancelled', completed_at = now(), next_attempt_at = null
      from dropped where d.delivery_id = dropped.delivery_id`.execute(db);
    cancelled += Number(numAffectedRows);
    if (numAffectedRows === 0n) return cancelled;
  }
}
