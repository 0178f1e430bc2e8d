/** Pauses, resumes or cancels a bulk re-send. A batch under way is waited for; after it nothing more goes out. */
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import type { ResendJobState } from './resend-job.ts';

export const RESEND_ORDERS = ['pause', 'resume', 'cancel'] as const;
export type ResendOrder = (typeof RESEND_ORDERS)[number];

export interface ResendJobToOrder {
  /** Null: an operator, who may order any. */
  readonly merchantId: string | null;
  readonly jobId: string;
  readonly order: ResendOrder;
}

const STATE_AFTER: Readonly<Record<ResendOrder, ResendJobState>> = {
  pause: 'paused',
  resume: 'running',
  cancel: 'cancelled',
};

/** `over`: it is completed or cancelled, and nothing was changed. Ordering the same twice is `done` twice. */
export async function orderResendJob(
  db: Kysely<DeliveryTables>,
  { merchantId, jobId, order }: ResendJobToOrder,
): Promise<'done' | 'not_found' | 'over'> {
  return db.transaction().execute(async (trx) => {
    const ofMerchant = merchantId === null ? sql`` : sql`and merchant_id = ${merchantId}`;
    const { rows } = await sql<{ state: ResendJobState }>`
      select state from delivery.resend_jobs where job_id = ${jobId} ${ofMerchant} for update`.execute(trx);
    const [job] = rows;
    if (job === undefined) return 'not_found';
    if (job.state === 'cancelled' && order === 'cancel') return 'done';
    if (job.state !== 'running' && job.state !== 'paused') return 'over';
    await sql`
      update delivery.resend_jobs set state = ${STATE_AFTER[order]}, next_batch_at = now(), next_look_at = now()
      where job_id = ${jobId}`.execute(trx);
    if (order === 'cancel') {
      await sql`
        update delivery.resend_items set state = 'skipped', reason = 'job_cancelled', finished_at = now()
        where job_id = ${jobId} and state = 'waiting'`.execute(trx);
    }
    return 'done';
  });
}
