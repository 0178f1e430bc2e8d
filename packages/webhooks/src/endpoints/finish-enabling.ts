/**
 * What follows the commit that registers or enables an endpoint: what waited for it is released and what it missed is
 * planned, page by page. `enabling_since` says that it is not done yet; whoever finds it may go on, also two at once.
 * It stands as long as any row is left to release, also one that somebody else holds. What is claimed before it is
 * released has its whole policy before it, too: the claim sees to that.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { RELEASE_BATCH_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { type MissedTables, planMissed } from './plan-missed.ts';

export interface EndpointToEnable {
  readonly merchantId: string;
  readonly endpointId: string;
}

export interface FinishedEnabling {
  /** Deliveries that waited while the endpoint was disabled and are due now, but for those that a worker had before. */
  readonly released: number;
  /** Deliveries of what was missed. */
  readonly planned: number;
}

export async function finishEnabling(db: Kysely<MissedTables>, place: EndpointToEnable): Promise<FinishedEnabling> {
  const deliveries = db as unknown as Kysely<DeliveryTables>;
  const { rows } = await sql<{ since: Instant }>`
    select enabling_since as since from delivery.endpoints
    where endpoint_id = ${place.endpointId} and status = 'enabled' and enabling_since is not null`.execute(deliveries);
  const since = rows[0]?.since;
  if (since === undefined) return { released: 0, planned: 0 };
  const released = await releaseWaiting(deliveries, place, since);
  const planned = await planMissed(db, place);
  await sql`
    update delivery.endpoints set enabling_since = null
    where endpoint_id = ${place.endpointId} and enabling_since = ${since} and catch_up_from is null
      and not exists (select from delivery.queue q
                      where q.endpoint_id = ${place.endpointId} and q.began_at < ${since})`.execute(deliveries);
  return { released, planned };
}

/** Each delivery that waited is due, unless it is under way, with its whole policy before it. Returns how many. */
async function releaseWaiting(
  db: Kysely<DeliveryTables>,
  { endpointId }: EndpointToEnable,
  enabledAt: Instant,
): Promise<number> {
  for (let released = 0; ; ) {
    const { numAffectedRows = 0n } = await sql`
      with released as (
        update delivery.queue
        set began_at = now(), retries = 0,
            due_at = case when claimed_at is null then now() else due_at end,
            scheduled_at = case when claimed_at is null then now() else scheduled_at end
        where delivery_id in (
          select delivery_id from delivery.queue
          where endpoint_id = ${endpointId} and began_at < ${enabledAt}
          limit ${RELEASE_BATCH_MAX}::int8
          for update skip locked
        )
        returning delivery_id, due_at
      )
      update delivery.deliveries d set next_attempt_at = released.due_at
      from released where d.delivery_id = released.delivery_id`.execute(db);
    released += Number(numAffectedRows);
    if (numAffectedRows === 0n) return released;
  }
}
