/** The rows that the day's events left in the read models, each looked up by what its event is about. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { NO_CURRENCY, type Reading } from './figures.ts';
import { readSums } from './read-sums.ts';
import { type Stretch, stretchTable } from './stretch.ts';

/** A business duplicate's time is another than that of its row, so it finds none. */
export function readRows(db: Kysely<unknown>, stretches: readonly Stretch[]): Promise<Reading[]> {
  const sums = sql`
    select s.partition, of_partition.*
    from ${stretchTable(stretches)}
    cross join lateral (
      select 'rows.payments' as "check", r.currency, count(*) as count, sum(r.amount_minor)::text as "amountMinor"
      from ${eventsOf('payment.captured')} e join read.payments r
        on r.merchant_id = e.merchant_id and r.payment_id = e.subject and r.captured_at = e.occurred_at
      group by r.currency
      union all
      select 'rows.refunds', r.currency, count(*), sum(r.amount_minor)::text
      from ${eventsOf('refund.succeeded')} e join read.refunds r
        on r.merchant_id = e.merchant_id and r.refund_id = e.subject and r.succeeded_at = e.occurred_at
      group by r.currency
      union all
      select 'rows.adjustments', r.currency, count(*), sum(r.amount_minor)::text
      from ${eventsOf('adjustment.posted')} e join read.adjustments r
        on r.merchant_id = e.merchant_id and r.adjustment_id = e.subject and r.posted_at = e.occurred_at
      group by r.currency
      union all
      select 'rows.dispute_facts', ${NO_CURRENCY}, count(*), '0'
      from ${eventsOf('dispute.%')} e join read.disputes r
        on r.merchant_id = e.merchant_id and r.dispute_id = e.subject
       and e.occurred_at = case e.type when 'dispute.opened' then r.opened_at when 'dispute.won' then r.won_at
                                       else r.lost_at end
      union all
      select 'rows.payout_facts', ${NO_CURRENCY}, count(*), '0'
      from read.payout_facts f
      where f.partition = s.partition and f."offset" >= s.from_offset and f."offset" < s.applied_to
    ) of_partition`;
  return readSums(db, sums);
}

/** "offset 0" keeps the stretch to its own scan: a range of the log's key, not a join of all partitions. */
function eventsOf(type: string): RawBuilder<unknown> {
  return sql`(
    select e.merchant_id, e.subject, e.occurred_at, e.type from ledger.events e
    where e.partition = s.partition and e."offset" >= s.from_offset and e."offset" < s.applied_to
      and e.type like ${type}
    offset 0)`;
}
