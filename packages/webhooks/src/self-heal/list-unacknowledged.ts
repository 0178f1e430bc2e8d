/**
 * Settled, never acknowledged: payouts whose `payout.settled` no endpoint of their merchant ever answered with 200–299.
 * The money arrived and nobody on the other side has said that he knows.
 *
 * `settled` walks the index payout_transitions_of_merchant alone, and payouts and attempts are read only for what is
 * left. An attempt counts beside the delivery's state: a delivery that is sent again was acknowledged before.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { WebhookDatabase } from '../planning/create-planner.ts';

/** Why nobody has acknowledged, from what is least to what is most expected to mend itself. */
export const UNACKNOWLEDGED_REASONS = ['no_endpoint', 'not_sent', 'given_up', 'pending'] as const;
export type UnacknowledgedReason = (typeof UNACKNOWLEDGED_REASONS)[number];

export const REASON_MEANINGS: Readonly<Record<UnacknowledgedReason, string>> = {
  no_endpoint: 'The merchant has no endpoint, so there is nobody to tell.',
  not_sent: 'It has endpoints, and none was sent it: not subscribed, registered later, or disabled then.',
  given_up: 'Every delivery has ended without an answer of 200–299.',
  pending: 'A delivery waits for its next attempt.',
};

/** How long ago the log took the settlement in. */
export const AGE_BUCKETS = [
  'under_1_hour',
  'under_1_day',
  'under_3_days',
  'under_7_days',
  'under_30_days',
  'older',
] as const;
export type AgeBucket = (typeof AGE_BUCKETS)[number];

export interface UnacknowledgedWish {
  /** All merchants without it. */
  readonly merchantId?: string | undefined;
  /** Settled at least so long ago, so that what is on its way is not counted. */
  readonly olderThanMs: number;
  /** Lines at most; those with the oldest payouts come first. */
  readonly limit: number;
}

export interface UnacknowledgedLine {
  readonly merchantId: string;
  readonly reason: UnacknowledgedReason;
  readonly age: AgeBucket;
  readonly currency: string;
  readonly count: number;
  readonly amountMinor: bigint;
  readonly oldestRecordedAt: Instant;
}

export interface UnacknowledgedReport {
  readonly lines: readonly UnacknowledgedLine[];
  /** More lines than were asked for. */
  readonly isCutOff: boolean;
}

interface Row extends Omit<UnacknowledgedLine, 'amountMinor'> {
  readonly amountMinor: string;
}

export async function listUnacknowledged(
  db: Kysely<WebhookDatabase>,
  wish: UnacknowledgedWish,
): Promise<UnacknowledgedReport> {
  const { rows } = await unacknowledgedStatement(wish).execute(db);
  const lines = rows.slice(0, wish.limit).map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) }));
  return { lines, isCutOff: rows.length > wish.limit };
}

/** Apart, so that its plan can be looked at. */
export function unacknowledgedStatement({ merchantId, olderThanMs, limit }: UnacknowledgedWish) {
  const ofMerchant = merchantId === undefined ? sql`` : sql`and t.merchant_id = ${merchantId}`;
  return sql<Row>`
    with settled as materialized (
      select t.merchant_id, t."offset", t.payout_id, t.recorded_at, now() - t.recorded_at as age
      from read.payout_transitions t
      where t.status = 'settled' and t.recorded_at <= now() - ${olderThanMs}::float8 * interval '1 millisecond'
        ${ofMerchant}
        and not exists (
          select from delivery.deliveries d
          where d.merchant_id = t.merchant_id and d.payout_id = t.payout_id and d.event_type = 'payout.settled'
            and d.state = 'delivered'
        )
    ), judged as (
      select s.merchant_id, s.recorded_at, p.payout ->> 'currency' as currency,
             (p.payout ->> 'amountMinor')::int8 as amount,
             case when sent.pending then 'pending' when sent.pending is not null then 'given_up'
                  when exists (select from delivery.endpoints e
                               where e.merchant_id = s.merchant_id and e.status <> 'removed') then 'not_sent'
                  else 'no_endpoint' end as reason,
             case when s.age < interval '1 hour' then 'under_1_hour' when s.age < interval '1 day' then 'under_1_day'
                  when s.age < interval '3 days' then 'under_3_days' when s.age < interval '7 days' then 'under_7_days'
                  when s.age < interval '30 days' then 'under_30_days' else 'older' end as age
      from settled s
      join read.payout_transitions p on p.merchant_id = s.merchant_id and p."offset" = s."offset"
      cross join lateral (
        select bool_or(d.state = 'pending') as pending, bool_or(a.acknowledged) as acknowledged
        from delivery.deliveries d
        left join lateral (
          select true as acknowledged from delivery.attempts
          where delivery_id = d.delivery_id and outcome = 'delivered' limit 1
        ) a on true
        where d.merchant_id = s.merchant_id and d.payout_id = s.payout_id and d.event_type = 'payout.settled'
      ) sent
      where sent.acknowledged is not true
    )
    select merchant_id as "merchantId", reason, age, currency, count(*)::int4 as count,
           sum(amount)::text as "amountMinor", min(recorded_at) as "oldestRecordedAt"
    from judged group by merchant_id, reason, age, currency
    order by min(recorded_at), merchant_id, reason, currency
    limit ${limit + 1}::int8`;
}
