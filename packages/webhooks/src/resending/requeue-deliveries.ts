/**
 * Puts deliveries into the queue again: due at once, a fresh set of retries, attempts numbered on, the same id and
 * bytes. One delivery for a person, hundreds for a job; always inside the caller's transaction.
 *
 * Three statements, because what is locked has to be read anew after the lock was waited for. Endpoints are held
 * against removal. A final delivery has no queue row, and whoever wants to give it one locks the delivery first; a
 * pending one is held by its queue row, as everywhere else. So no two of these wait in a circle.
 *
 * An attempt under way goes on, and its endpoint's slots are its own until it is over: what is wanted again meanwhile
 * follows it. `wanted_by` says so to whoever records the attempt, or claims it when its lease has ended.
 *
 * An item of a job whose delivery has come to its end is given that end first: what becomes of the delivery from here
 * on is somebody else's.
 */
import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import type { DeliveryTables } from '../tables.ts';

export interface RequeueOrder {
  readonly deliveryIds: readonly string[];
  /** `resend by <actor>` or `job <id>`. */
  readonly triggeredBy: string;
  /** Deliveries in another state are left alone. */
  readonly states: readonly DeliveryState[];
  /**
   * `follow`: after an attempt under way another is made. `leave`: it is what was wanted, and rows that somebody holds
   * are `busy` instead of being waited for.
   */
  readonly underWay: 'follow' | 'leave';
}

/**
 * - `requeued`: it was final and is pending again.
 * - `brought_forward`: it was waiting and is due now.
 * - `follows`: an attempt is under way and another is made when it is over.
 * - `under_way`: an attempt is under way and was left to decide.
 * - `busy`: somebody else moves it this very moment; ask again.
 */
export type Requeued =
  | 'requeued'
  | 'brought_forward'
  | 'follows'
  | 'under_way'
  | 'endpoint_disabled'
  | 'endpoint_removed'
  | 'state_changed'
  | 'not_found'
  | 'busy';

/** An entry for each delivery that was asked for. */
export async function requeueDeliveries(
  trx: Kysely<DeliveryTables>,
  order: RequeueOrder,
): Promise<Map<string, Requeued>> {
  const { deliveryIds, states } = order;
  const found = await findDeliveries(trx, deliveryIds);
  const outcomes = new Map<string, Requeued>(deliveryIds.map((id) => [id, 'not_found']));
  const eligible: string[] = [];
  for (const { deliveryId, state, status } of found) {
    if (status !== 'enabled') outcomes.set(deliveryId, `endpoint_${status}`);
    else if (!states.includes(state)) outcomes.set(deliveryId, 'state_changed');
    else {
      outcomes.set(deliveryId, 'busy');
      eligible.push(deliveryId);
    }
  }
  if (eligible.length === 0) return outcomes;
  for (const { deliveryId, held } of await holdDeliveries(trx, eligible, order)) outcomes.set(deliveryId, held);
  const moving = eligible.filter((id) => !['busy', 'under_way'].includes(outcomes.get(id) ?? 'busy'));
  if (moving.length > 0) await moveIntoQueue(trx, moving, order.triggeredBy);
  return outcomes;
}

interface FoundDelivery {
  readonly deliveryId: string;
  readonly state: DeliveryState;
  readonly status: 'enabled' | 'disabled' | 'removed';
}

/** Whoever removes an endpoint waits for this transaction, and then cancels what it put into the queue. */
async function findDeliveries(trx: Kysely<DeliveryTables>, deliveryIds: readonly string[]): Promise<FoundDelivery[]> {
  const { rows } = await sql<FoundDelivery>`
    select d.delivery_id as "deliveryId", d.state, e.status
    from delivery.deliveries d join delivery.endpoints e on e.endpoint_id = d.endpoint_id
    where d.delivery_id = any (${deliveryIds}::uuid[])
    for key share of e`.execute(trx);
  return rows;
}

interface HeldDelivery {
  readonly deliveryId: string;
  readonly held: 'requeued' | 'brought_forward' | 'follows' | 'under_way';
}

async function holdDeliveries(trx: Kysely<DeliveryTables>, deliveryIds: readonly string[], order: RequeueOrder) {
  const { states, underWay } = order;
  const lock = underWay === 'leave' ? sql`skip locked` : sql``;
  const whenLeased = underWay === 'leave' ? 'under_way' : 'follows';
  const { rows } = await sql<HeldDelivery>`
    with final as (
      select d.delivery_id from delivery.deliveries d
      where d.delivery_id = any (${deliveryIds}::uuid[]) and d.state <> 'pending' and d.state = any (${states}::text[])
      order by d.delivery_id for update ${lock}
    ), waiting as (
      select q.delivery_id, q.claimed_at is not null and q.due_at > now() as leased from delivery.queue q
      where q.delivery_id = any (${deliveryIds}::uuid[]) and 'pending' = any (${states}::text[])
      order by q.delivery_id for update ${lock}
    )
    select delivery_id as "deliveryId", 'requeued' as held from final
    union all
    select delivery_id, case when leased then ${whenLeased} else 'brought_forward' end from waiting`.execute(trx);
  return rows;
}

/** All of them are held: final ones by their delivery, pending ones by their queue row. */
async function moveIntoQueue(trx: Kysely<DeliveryTables>, deliveryIds: readonly string[], triggeredBy: string) {
  // What a person wanted, and is waiting, keeps that person's name when a job brings it forward.
  const isJob = triggeredBy.startsWith('job ');
  await sql`
    with target as (
      select d.delivery_id, d.endpoint_id, q.attempt as latest,
             q.claimed_at is not null as is_claimed,
             greatest(d.attempts_made, receipts.latest, 0) as attempts
      from delivery.deliveries d
      left join delivery.queue q on q.delivery_id = d.delivery_id
      cross join lateral (
        select max(a.attempt) as latest from delivery.attempts a where a.delivery_id = d.delivery_id
      ) receipts
      where d.delivery_id = any (${deliveryIds}::uuid[])
    ), forward as (
      -- A first attempt that is brought forward stays one: its priority is not touched.
      update delivery.queue q
      set due_at = case when t.is_claimed then q.due_at else now() end,
          scheduled_at = case when t.is_claimed then q.scheduled_at else now() end,
          triggered_by = case when t.is_claimed or (${isJob}::boolean and q.triggered_by like 'resend by %')
                              then q.triggered_by else ${triggeredBy} end,
          wanted_by = case when t.is_claimed and ${isJob}::boolean then coalesce(q.wanted_by, ${triggeredBy})
                           when t.is_claimed then ${triggeredBy} end,
          retries = 0, began_at = now()
      from target t where q.delivery_id = t.delivery_id
    ), fresh as (
      insert into delivery.queue (delivery_id, endpoint_id, priority, due_at, scheduled_at, attempt, triggered_by)
      select t.delivery_id, t.endpoint_id, 1, now(), now(), t.attempts, ${triggeredBy}
      from target t where t.latest is null
    ), ended as (
      update delivery.resend_items i
      set state = e.state, finished_at = e.completed_at
      from (
        select i.job_id, i.delivery_id, d.state, d.completed_at
        from delivery.resend_jobs j
        join delivery.resend_items i
          on i.job_id = j.job_id and i.delivery_id = any (${deliveryIds}::uuid[]) and i.state = 'sending'
        join delivery.deliveries d on d.delivery_id = i.delivery_id and d.state <> 'pending'
        where j.finished_at is null
        for update of i skip locked -- whoever has it is giving it its end
      ) e
      where i.job_id = e.job_id and i.delivery_id = e.delivery_id
    ), alive as (
      delete from delivery.dead_letters l where l.delivery_id = any (${deliveryIds}::uuid[])
    )
    update delivery.deliveries d
    set state = 'pending', completed_at = null, next_attempt_at = now()
    from target t where d.delivery_id = t.delivery_id`.execute(trx);
}
