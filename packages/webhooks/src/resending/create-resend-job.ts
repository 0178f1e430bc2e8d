/** A bulk re-send begins here: what it would be about, and the job itself with an item for each delivery. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import type { Outcome } from '../delivery/outcome.ts';
import { RESEND_RATE, RESEND_RATE_MAX, RESEND_SAMPLE } from '../limits.ts';
import type { WebhookEventType } from '../planning/event-types.ts';
import type { DeliveryTables } from '../tables.ts';
import { matchingDeliveries, type ResendFilter } from './resend-filter.ts';

/** A delivery of the sample. */
export interface ResendCandidate {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly merchantId: string;
  readonly payoutId: string;
  readonly eventType: WebhookEventType;
  readonly state: DeliveryState;
  readonly lastOutcome: Outcome | null;
  readonly createdAt: Instant;
}

export interface ResendPreview {
  readonly count: bigint;
  /** The first that would be sent: the oldest. */
  readonly sample: readonly ResendCandidate[];
}

/** Changes nothing. */
export async function previewResendJob(db: Kysely<DeliveryTables>, filter: ResendFilter): Promise<ResendPreview> {
  const matching = matchingDeliveries(filter);
  const { rows: counted } = await sql<{ count: bigint }>`
    select count(*) as count from delivery.deliveries d where ${matching}`.execute(db);
  const { rows: sample } = await sql<ResendCandidate>`
    select d.delivery_id as "deliveryId", d.webhook_id as "webhookId", d.endpoint_id as "endpointId", e.url,
           d.merchant_id as "merchantId", d.payout_id as "payoutId", d.event_type as "eventType", d.state,
           d.last_outcome as "lastOutcome", d.created_at as "createdAt"
    from delivery.deliveries d join delivery.endpoints e on e.endpoint_id = d.endpoint_id
    where ${matching}
    order by d.delivery_id limit ${RESEND_SAMPLE}::int8`.execute(db);
  return { count: counted[0]?.count ?? 0n, sample };
}

export interface ResendJobOrder {
  readonly filter: ResendFilter;
  /** For the record and the receipts' job. */
  readonly requestedBy: string;
  /** Deliveries a second, 1 to 10,000; 50 when left out. */
  readonly ratePerSecond?: number | undefined;
}

const JOB_ID_BYTES = 16;

/**
 * Fixes the deliveries as they match now, all in one statement, and lets any worker begin. Returns the job's id and how
 * many deliveries it is about.
 */
export async function createResendJob(
  db: Kysely<DeliveryTables>,
  order: ResendJobOrder,
  { randomBytes }: { readonly randomBytes: (size: number) => Uint8Array },
): Promise<{ readonly jobId: string; readonly total: bigint }> {
  const { filter, requestedBy, ratePerSecond = RESEND_RATE } = order;
  if (ratePerSecond < 1 || ratePerSecond > RESEND_RATE_MAX) throw new Error(`a rate of ${ratePerSecond} a second`);
  const jobId = `rj_${Buffer.from(randomBytes(JOB_ID_BYTES)).toString('hex')}`;
  return db.transaction().execute(async (trx) => {
    await sql`
      insert into delivery.resend_jobs (job_id, merchant_id, filter, requested_by, rate_per_second, total)
      values (${jobId}, ${filter.merchantId}, ${JSON.stringify(filter)}::jsonb, ${requestedBy},
              ${ratePerSecond}::int4, 0)`.execute(trx);
    const { numAffectedRows: total = 0n } = await sql`
      insert into delivery.resend_items (job_id, delivery_id, endpoint_id)
      select ${jobId}, d.delivery_id, d.endpoint_id from delivery.deliveries d
      where ${matchingDeliveries(filter)}`.execute(trx);
    await sql`update delivery.resend_jobs set total = ${total}::int8 where job_id = ${jobId}`.execute(trx);
    return { jobId, total };
  });
}
