/**
 * What is told of a payout or dispute is posted as the difference of its states, so a day's posting depends on facts of
 * earlier days. The read models say only when those happened; what they told is read from the log, found by its key,
 * which follows from what happened and when.
 */
import { type Instant, idempotencyKey } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Fact } from './expect-postings.ts';
import { type Stretch, stretchTable } from './stretch.ts';

interface TimeTold {
  readonly subject: string;
  readonly type: string;
  readonly time: Instant | null;
}

/** Every fact of the payouts and disputes that the stretches tell of, up to what is applied. */
export async function readFacts(db: Kysely<unknown>, stretches: readonly Stretch[]): Promise<Fact[]> {
  const { rows: told } = await sql<TimeTold>`
    with touched as materialized (
      select distinct e.merchant_id, e.subject, split_part(e.type, '.', 1) as about
      from ${stretchTable(stretches)}
      join lateral (
        select e.merchant_id, e.subject, e.type from ledger.events e
        where e.partition = s.partition and e."offset" >= s.from_offset and e."offset" < s.applied_to
          and (e.type like 'payout.%' or e.type like 'dispute.%')
        offset 0
      ) e on true
    )
    select t.subject, f.type, f.time
    from touched t join read.payouts p on p.merchant_id = t.merchant_id and p.payout_id = t.subject
    cross join lateral (values
      ('payout.initiated', p.initiated_at), ('payout.submitted', p.submitted_at), ('payout.settled', p.settled_at),
      ('payout.failed', p.failed_at), ('payout.returned', p.returned_at)) f(type, time)
    where t.about = 'payout'
    union all
    select t.subject, f.type, f.time
    from touched t join read.disputes d on d.merchant_id = t.merchant_id and d.dispute_id = t.subject
    cross join lateral (values
      ('dispute.opened', d.opened_at), ('dispute.won', d.won_at), ('dispute.lost', d.lost_at)) f(type, time)
    where t.about = 'dispute'`.execute(db);
  const keys = told.flatMap(({ type, subject, time }) => (time === null ? [] : [idempotencyKey(type, subject, time)]));
  const { rows } = await sql<Omit<Fact, 'amountMinor'> & { readonly amountMinor: string | null }>`
    select e.partition, e."offset", e.type, e.merchant_id as "merchantId", e.subject, e.data->>'currency' as currency,
           e.data->>'amount' as "amountMinor"
    from ${stretchTable(stretches)}
    join ledger.events e on e.partition = s.partition and e."offset" < s.applied_to
    where e.idempotency_key = any (${keys}::uuid[])
    order by e.partition, e."offset"`.execute(db);
  return rows.map(({ amountMinor, ...fact }) => {
    return { ...fact, amountMinor: amountMinor === null ? null : BigInt(amountMinor) };
  });
}
