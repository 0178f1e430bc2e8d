/** Bulk re-sends and how far they are. The counts are counted, not kept, so they are exact after any crash. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Outcome } from '../delivery/outcome.ts';
import { RESENDS_PAGE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import {
  RESEND_ITEM_STATES,
  type ResendItemState,
  type ResendJob,
  type ResendProgress,
  type SkipReason,
} from './resend-job.ts';

export interface ResendJobsWish {
  /** Null: an operator, who sees all. */
  readonly merchantId: string | null;
  readonly jobId?: string;
  readonly limit?: number;
}

const LIMIT = 20;

/** Newest first. */
export async function listResendJobs(db: Kysely<DeliveryTables>, wish: ResendJobsWish): Promise<ResendJob[]> {
  const { merchantId, jobId, limit = LIMIT } = wish;
  const conditions = [
    ...(merchantId === null ? [] : [sql`j.merchant_id = ${merchantId}`]),
    ...(jobId === undefined ? [] : [sql`j.job_id = ${jobId}`]),
  ];
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
  const { rows } = await sql<Omit<ResendJob, 'progress'> & { total: bigint }>`
    select j.job_id as "jobId", j.merchant_id as "merchantId", j.filter, j.requested_by as "requestedBy", j.state,
           j.rate_per_second as "ratePerSecond", j.created_at as "createdAt", j.finished_at as "finishedAt", j.total
    from delivery.resend_jobs j ${where}
    order by j.created_at desc, j.job_id limit ${Math.max(0, Math.min(limit, RESENDS_PAGE_MAX))}::int8`.execute(db);
  const counts = await countItems(
    db,
    rows.map((row) => row.jobId),
  );
  return rows.map(({ total, ...job }) => ({ ...job, progress: { ...NONE, ...counts.get(job.jobId), total } }));
}

export async function readResendJob(
  db: Kysely<DeliveryTables>,
  wish: { readonly merchantId: string | null; readonly jobId: string },
): Promise<ResendJob | null> {
  return (await listResendJobs(db, { ...wish, limit: 1 }))[0] ?? null;
}

const NONE = Object.fromEntries(RESEND_ITEM_STATES.map((state) => [state, 0n])) as Record<ResendItemState, bigint>;

async function countItems(db: Kysely<DeliveryTables>, jobIds: readonly string[]) {
  const { rows } = await sql<{ jobId: string; state: ResendItemState; items: bigint }>`
    select job_id as "jobId", state, count(*) as items from delivery.resend_items
    where job_id = any (${jobIds}::text[]) group by job_id, state`.execute(db);
  const counts = new Map<string, Partial<Record<keyof ResendProgress, bigint>>>();
  for (const { jobId, state, items } of rows) counts.set(jobId, { ...counts.get(jobId), [state]: items });
  return counts;
}

/** What became of one delivery of a job. */
export interface ResendItem {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly state: ResendItemState;
  /** Why it was skipped. */
  readonly reason: SkipReason | null;
  /** Of the delivery's latest attempt; null without one, or when the delivery is not kept any more. */
  readonly lastOutcome: Outcome | null;
  readonly finishedAt: Instant | null;
}

export interface ResendItemsWish {
  readonly jobId: string;
  readonly state?: ResendItemState | undefined;
  /** The last delivery of the page before. */
  readonly after?: string | undefined;
  readonly limit?: number;
}

/** In the order of deliveries, which is that of their age. */
export async function listResendItems(db: Kysely<DeliveryTables>, wish: ResendItemsWish): Promise<ResendItem[]> {
  const { jobId, state, after, limit = RESENDS_PAGE_MAX } = wish;
  const inState = state === undefined ? sql`` : sql`and i.state = ${state}`;
  const behind = after === undefined ? sql`` : sql`and i.delivery_id > ${after}::uuid`;
  const { rows } = await sql<ResendItem>`
    select i.delivery_id as "deliveryId", i.endpoint_id as "endpointId", i.state, i.reason,
           d.last_outcome as "lastOutcome", i.finished_at as "finishedAt"
    from delivery.resend_items i left join delivery.deliveries d on d.delivery_id = i.delivery_id
    where i.job_id = ${jobId} ${inState} ${behind}
    order by i.delivery_id limit ${Math.max(0, Math.min(limit, RESENDS_PAGE_MAX))}::int8`.execute(db);
  return rows;
}
