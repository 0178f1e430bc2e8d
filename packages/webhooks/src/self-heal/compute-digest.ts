/** What an endpoint is owed of one day, in one statement: how many events, how much money, and a hash of their ids. */
import { type Kysely, sql } from 'kysely';
import type { Digest } from '../bodies/digest-body.ts';
import type { WebhookDatabase } from '../planning/create-planner.ts';
import { TRANSITION_WEBHOOK_ID } from '../planning/delivery-id.ts';
import { PAYOUT_EVENT_TYPES, statusesOf } from '../planning/event-types.ts';

export interface DigestSubject {
  readonly endpointId: string;
  readonly merchantId: string;
  readonly eventTypes: readonly string[];
  readonly fromOffset: bigint;
}

interface Row {
  readonly count: number;
  readonly webhookIdsSha256: string;
  readonly sums: readonly { readonly currency: string; readonly count: number; readonly amountMinor: string }[];
}

/**
 * The same events as listWebhookEvents gives for the endpoint and the day (`YYYY-MM-DD`, UTC). The day is found in the
 * index payout_transitions_of_merchant alone; only its own events are read.
 */
export async function computeDigest(db: Kysely<WebhookDatabase>, subject: DigestSubject, day: string): Promise<Digest> {
  const { endpointId, merchantId, eventTypes, fromOffset } = subject;
  const { rows } = await sql<Row>`
    with place as materialized (
      select t.merchant_id, t."offset" from read.payout_transitions t
      where t.merchant_id = ${merchantId} and t."offset" >= ${fromOffset}
        and t.status = any (${statusesOf(eventTypes)}::text[])
        and t.recorded_at >= (${day}::date)::timestamp at time zone 'UTC'
        and t.recorded_at < (${day}::date + 1)::timestamp at time zone 'UTC'
    ), told as (
      select ${TRANSITION_WEBHOOK_ID} as webhook_id, t.payout ->> 'currency' as currency,
             (t.payout ->> 'amountMinor')::int8 as amount
      from place
      join read.payout_transitions t on t.merchant_id = place.merchant_id and t."offset" = place."offset"
      cross join (select ${endpointId}::text as endpoint_id) e
    )
    select (select count(*)::int4 from told) as count,
           (select encode(sha256(convert_to(
              coalesce(string_agg(webhook_id || chr(10), '' order by webhook_id collate "C"), ''), 'UTF8')), 'hex')
            from told) as "webhookIdsSha256",
           (select coalesce(json_agg(s), '[]'::json)
            from (select currency, count(*)::int4 as count, sum(amount)::text as "amountMinor" from told
                  where currency is not null group by currency order by currency collate "C") s) as sums`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('a digest has one row');
  return {
    endpointId,
    merchantId,
    day,
    eventTypes: PAYOUT_EVENT_TYPES.filter((type) => eventTypes.includes(type)),
    count: row.count,
    sums: row.sums.map((sum) => ({ ...sum, amountMinor: BigInt(sum.amountMinor) })),
    webhookIdsSha256: row.webhookIdsSha256,
  };
}
