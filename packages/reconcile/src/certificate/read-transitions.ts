/** The transitions of a day, what webhooks owe for them, what they planned, and what merchants acknowledged. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { addDays } from '../day.ts';
import { NO_CURRENCY, type Reading, type Readings } from './figures.ts';
import { readSums } from './read-sums.ts';
import { type Stretch, stretchTable } from './stretch.ts';

export async function readTransitions(db: Kysely<unknown>, stretches: readonly Stretch[]): Promise<Readings> {
  const transitions = await readSums(
    db,
    sql`
    select t.partition, 'transitions.' || t.status as "check", t.currency, count(*) as count,
           sum(t.amount)::text as "amountMinor"
    from ${transitionsTo(stretches, sql`s.applied_to`)} t group by 1, 2, 3`,
  );
  const owed = await readSums(
    db,
    sql`
    select t.partition, 'deliveries' as "check", t.currency, count(*) as count, sum(t.amount)::text as "amountMinor"
    from ${transitionsTo(stretches, sql`s.planned_to`)} t
    join delivery.endpoints e on e.merchant_id = t.merchant_id and 'payout.' || t.status = any (e.event_types)
     and t."offset" >= e.from_offset
    -- Whether an endpoint that is off by now was on when it was planned for, only the delivery tells.
    where e.status = 'enabled' or exists (
      select from delivery.deliveries d
      where d.endpoint_id = e.endpoint_id and d.partition = t.partition and d."offset" = t."offset"
    )
    group by 1, 3`,
  );
  const planned = await readSums(
    db,
    sql`
    select t.partition, 'deliveries' as "check", t.currency, count(*) as count, sum(t.amount)::text as "amountMinor"
    from ${transitionsTo(stretches, sql`s.planned_to`)} t
    join delivery.deliveries d on d.merchant_id = t.merchant_id and d."offset" = t."offset"
     and d.partition = t.partition
    group by 1, 3`,
  );
  return { expected: owed, actual: [...transitions, ...planned] };
}

/**
 * Deliveries of the day's transitions that a merchant had acknowledged by the end of the day. Receipts are kept for
 * ever, so this does not change when a later attempt succeeds.
 */
export function readAcknowledged(db: Kysely<unknown>, day: string, stretches: readonly Stretch[]): Promise<Reading[]> {
  return readSums(
    db,
    sql`
    select t.partition, 'acknowledged' as "check", t.currency, count(*) as count, sum(t.amount)::text as "amountMinor"
    from ${transitionsTo(stretches, sql`s.planned_to`)} t
    join delivery.deliveries d on d.merchant_id = t.merchant_id and d."offset" = t."offset"
     and d.partition = t.partition
    where exists (
      select from delivery.attempts a
      where a.delivery_id = d.delivery_id and a.outcome = 'delivered'
        and a.finished_at < ${`${addDays(day, 1)}T00:00:00Z`}::timestamptz
    )
    group by t.partition, t.currency order by t.partition, t.currency collate "C"`,
  );
}

function transitionsTo(stretches: readonly Stretch[], end: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select t.* from ${stretchTable(stretches)}
    cross join lateral (
      select t.partition, t."offset", t.merchant_id, t.status,
             case when t.payout->>'amountMinor' is null then ${NO_CURRENCY} else t.payout->>'currency' end as currency,
             coalesce((t.payout->>'amountMinor')::numeric, 0) as amount
      from read.payout_transitions t
      where t.partition = s.partition and t."offset" >= s.from_offset and t."offset" < ${end}
      offset 0
    ) t)`;
}
