/**
 * One step of one bulk re-send, in one transaction: the next items and their deliveries' queue rows move together, so
 * whoever is killed in the middle has lost and doubled nothing. The job's row is the lock: its batches come one after
 * the other whatever worker makes them, which keeps its rate, and an order to pause waits for the batch under way.
 *
 * Endpoints take turns within a job, and one that has enough overdue waits: its backlog stays in the job, where it
 * delays nobody's retries, and a slow endpoint doesn't hold up the others.
 */
import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import {
  RESEND_BACKLOG_MAX,
  RESEND_BATCH_MAX,
  RESEND_BATCH_MS,
  RESEND_LOOK_MS,
  RESEND_LOOK_MS_PER_ITEM,
} from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { type Requeued, requeueDeliveries } from './requeue-deliveries.ts';
import type { ResendItemState, ResendJobState, SkipReason } from './resend-job.ts';

export interface ResendBatch {
  readonly jobId: string;
  /** Deliveries that are in the queue now. */
  readonly released: number;
  readonly skipped: number;
  readonly finished: boolean;
}

interface OpenJob {
  readonly jobId: string;
  readonly state: ResendJobState;
  readonly ratePerSecond: number;
  readonly states: readonly DeliveryState[];
  readonly looks: boolean;
}

/** Null when it is no job's turn. */
export async function runResendBatch(db: Kysely<DeliveryTables>): Promise<ResendBatch | null> {
  return db.transaction().execute(async (trx) => {
    const job = await takeJob(trx);
    if (job === null) return null;
    const moved = job.state === 'running' ? await releaseItems(trx, job) : { released: 0, skipped: 0 };
    const finished = job.looks ? await lookAtItems(trx, job) : false;
    await setNextTurn(trx, job, moved);
    return { jobId: job.jobId, ...moved, finished };
  });
}

async function takeJob(trx: Kysely<DeliveryTables>): Promise<OpenJob | null> {
  const { rows } = await sql<OpenJob>`
    select job_id as "jobId", state, rate_per_second as "ratePerSecond", filter -> 'states' as states,
           next_look_at <= now() as looks
    from delivery.resend_jobs
    where finished_at is null and next_batch_at <= now()
    order by next_batch_at limit 1
    for update skip locked`.execute(trx);
  return rows[0] ?? null;
}

interface MovedItems {
  readonly released: number;
  readonly skipped: number;
}

async function releaseItems(trx: Kysely<DeliveryTables>, job: OpenJob): Promise<MovedItems> {
  const { jobId, ratePerSecond, states } = job;
  const batchMax = Math.min(RESEND_BATCH_MAX, Math.ceil((ratePerSecond * RESEND_BATCH_MS) / 1_000));
  const deliveryIds = await chooseItems(trx, jobId, batchMax);
  if (deliveryIds.length === 0) return { released: 0, skipped: 0 };
  const order = { deliveryIds, triggeredBy: `job ${jobId}`, states, underWay: 'leave' } as const;
  const outcomes = await requeueDeliveries(trx, order);
  const moves = [...outcomes].flatMap(([deliveryId, outcome]) => {
    const move = moveOf(outcome);
    return move === null ? [] : [{ deliveryId, ...move }];
  });
  await sql`
    update delivery.resend_items i
    set state = m.state, reason = m.reason, finished_at = case when m.state = 'skipped' then now() end
    from unnest(${moves.map((move) => move.deliveryId)}::uuid[], ${moves.map((move) => move.state)}::text[],
                ${moves.map((move) => move.reason)}::text[]) as m(delivery_id, state, reason)
    where i.job_id = ${jobId} and i.delivery_id = m.delivery_id`.execute(trx);
  const released = moves.filter((move) => move.state === 'sending').length;
  return { released, skipped: moves.length - released };
}

type ItemMove = { readonly state: ResendItemState; readonly reason: SkipReason | null };

const SENDING: ItemMove = { state: 'sending', reason: null };

/** Null: it stays where it is and is tried again. */
const MOVES: Readonly<Record<Requeued, ItemMove | null>> = {
  requeued: SENDING,
  brought_forward: SENDING,
  follows: SENDING,
  under_way: SENDING,
  endpoint_disabled: { state: 'skipped', reason: 'endpoint_disabled' },
  endpoint_removed: { state: 'skipped', reason: 'endpoint_removed' },
  state_changed: { state: 'skipped', reason: 'state_changed' },
  not_found: { state: 'skipped', reason: 'deleted' },
  busy: null,
};

const moveOf = (outcome: Requeued): ItemMove | null => MOVES[outcome];

/** Endpoint after endpoint by probes of resend_items_waiting, each with what its backlog leaves room for. */
async function chooseItems(trx: Kysely<DeliveryTables>, jobId: string, batchMax: number): Promise<string[]> {
  const { rows } = await sql<{ deliveryId: string }>`
    with recursive lane as (
      (select endpoint_id from delivery.resend_items where job_id = ${jobId} and state = 'waiting'
       order by endpoint_id limit 1)
      union all
      select (select i.endpoint_id from delivery.resend_items i
              where i.job_id = ${jobId} and i.state = 'waiting' and i.endpoint_id > lane.endpoint_id
              order by i.endpoint_id limit 1)
      from lane where lane.endpoint_id is not null
    )
    select item.delivery_id as "deliveryId"
    from lane
    join delivery.endpoints e on e.endpoint_id = lane.endpoint_id
    cross join lateral (
      select count(*) as overdue from (
        select from delivery.queue q
        where q.endpoint_id = e.endpoint_id and q.priority = 1 and q.due_at <= now()
        limit ${RESEND_BACKLOG_MAX}::int8
      ) q
    ) backlog
    cross join lateral (
      select i.delivery_id, row_number() over (order by i.delivery_id) as turn
      from (
        select i.delivery_id from delivery.resend_items i
        where i.job_id = ${jobId} and i.state = 'waiting' and i.endpoint_id = e.endpoint_id
        order by i.delivery_id
        -- Those of an endpoint that is not enabled are only skipped, whatever is overdue there.
        limit case when e.status <> 'enabled' then ${batchMax}::int8
                   else least(${batchMax}::int8, ${RESEND_BACKLOG_MAX}::int8 - backlog.overdue) end
      ) i
    ) item
    order by item.turn, e.endpoint_id limit ${batchMax}::int8`.execute(trx);
  return rows.map((row) => row.deliveryId);
}

/** Gives items the end of their deliveries. Returns whether the job has come to its own. */
async function lookAtItems(trx: Kysely<DeliveryTables>, { jobId, state }: OpenJob): Promise<boolean> {
  await sql`
    update delivery.resend_items i
    set state = ended.state, reason = ended.reason, finished_at = ended.finished_at
    from (
      select s.delivery_id, coalesce(d.state, 'skipped') as state,
             case when d.delivery_id is null then 'deleted' end as reason,
             coalesce(d.completed_at, now()) as finished_at
      from delivery.resend_items s left join delivery.deliveries d on d.delivery_id = s.delivery_id
      where s.job_id = ${jobId} and s.state = 'sending' and d.state is distinct from 'pending'
      for update of s skip locked -- whoever has one is giving it its end
    ) ended
    where i.job_id = ${jobId} and i.delivery_id = ended.delivery_id`.execute(trx);
  const { rows } = await sql<{ waiting: boolean; sending: bigint }>`
    select exists (select from delivery.resend_items where job_id = ${jobId} and state = 'waiting') as waiting,
           (select count(*) from delivery.resend_items i
            where i.job_id = ${jobId} and i.state = 'sending') as sending`.execute(trx);
  const { waiting = false, sending = 0n } = rows[0] ?? {};
  const finished = !waiting && sending === 0n;
  const lookMs = Math.max(RESEND_LOOK_MS, Number(sending) * RESEND_LOOK_MS_PER_ITEM);
  await sql`
    update delivery.resend_jobs
    set next_look_at = now() + ${lookMs}::float8 * interval '1 millisecond',
        state = ${finished && state !== 'cancelled' ? 'completed' : state},
        finished_at = case when ${finished}::boolean then now() end
    where job_id = ${jobId}`.execute(trx);
  return finished;
}

/**
 * What was let out sets the time of the next batch; a job that was late may catch up a second of its rate, not an hour
 * of it. A job that has nothing to let out only follows what it has let out.
 */
async function setNextTurn(trx: Kysely<DeliveryTables>, job: OpenJob, { released, skipped }: MovedItems) {
  const { jobId, state, ratePerSecond } = job;
  const next =
    released + skipped > 0
      ? sql`greatest(next_batch_at, now() - interval '1 second')
            + ${released / ratePerSecond}::float8 * interval '1 second'`
      : sql`case when ${state === 'running'}::boolean
                   and exists (select from delivery.resend_items where job_id = ${jobId} and state = 'waiting')
                 then now() + ${RESEND_BATCH_MS}::float8 * interval '1 millisecond'
                 else next_look_at end`;
  await sql`update delivery.resend_jobs set next_batch_at = ${next} where job_id = ${jobId}`.execute(trx);
}
