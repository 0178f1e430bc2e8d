/** What the events of a day tell by themselves, and what has to follow from it in the read models. */
import { catalogue } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { NO_CURRENCY, type Reading, type Readings } from './figures.ts';
import { type Stretch, stretchTable } from './stretch.ts';

interface EventSum {
  readonly partition: number;
  readonly type: string;
  readonly currency: string;
  /** Applied, and no business duplicate: those post nothing, and each is an anomaly. */
  readonly isPosted: boolean;
  readonly events: bigint;
  /** Those with an amount other than zero. */
  readonly moving: bigint;
  readonly amountMinor: string;
  readonly feeMinor: string;
}

const CARRY_MONEY = Object.values(catalogue)
  .flatMap((versions) => Object.values(versions))
  .filter(({ carriesMoney }) => carriesMoney)
  .map(({ type, version }) => `${type}/${version}`);

export async function readLog(db: Kysely<unknown>, day: string, stretches: readonly Stretch[]): Promise<Readings> {
  const { rows } = await sql<EventSum>`
    select s.partition, e.*
    from ${stretchTable(stretches)}
    cross join lateral (
      select type, currency, is_posted as "isPosted", count(*) as events, count(*) filter (where amount <> 0) as moving,
             sum(amount)::text as "amountMinor", sum(fee)::text as "feeMinor"
      from (
        select e.type,
               case when m.carries_money then e.data->>'currency' else ${NO_CURRENCY} end as currency,
               case when m.carries_money then (e.data->>'amount')::numeric else 0 end as amount,
               coalesce((e.data->>case e.type when 'payment.captured' then 'fee'
                                              when 'refund.succeeded' then 'feeRefunded' end)::numeric, 0) as fee,
               e."offset" < s.applied_to and not exists (
                 select from read.anomalies a
                 where a.partition = e.partition and a."offset" = e."offset" and a.kind = 'business_duplicate'
               ) as is_posted
        from ledger.events e
        cross join lateral (select e.type || '/' || e.version = any (${CARRY_MONEY}::text[]) as carries_money) m
        where e.partition = s.partition and e."offset" >= s.from_offset and e."offset" < s.to_offset
          and (e.recorded_at at time zone 'UTC')::date = ${day}::date
      ) of_event
      group by type, currency, is_posted
    ) e`.execute(db);
  return { actual: rows.flatMap(appended), expected: rows.filter(({ isPosted }) => isPosted).flatMap(follows) };
}

function appended({ partition, currency, events: count, amountMinor }: EventSum): Reading[] {
  return [
    { partition, check: 'appended', currency, count, amountMinor: BigInt(amountMinor) },
    { partition, check: 'offsets', currency: NO_CURRENCY, count, amountMinor: 0n },
  ];
}

/** Rows and entries; what payouts and disputes post depends on their other facts, see expect-postings. */
function follows(sum: EventSum): Reading[] {
  const { partition, type, currency, events: count, moving } = sum;
  const [amount, fee] = [BigInt(sum.amountMinor), BigInt(sum.feeMinor)];
  const row = (check: string, amountMinor: bigint) => ({ partition, check, currency, count, amountMinor });
  const entry = (check: string, amountMinor: bigint) => ({ partition, check, currency, count: 0n, amountMinor });
  const posted = (kind: string) => ({ ...entry(`${kind}.posted`, 0n), count: moving });
  switch (type) {
    case 'payment.captured':
      return [
        row('rows.payments', amount),
        posted('capture'),
        entry('capture.processor_receivable', -amount),
        entry('capture.merchant_payable', amount - fee),
        entry('capture.fee_revenue', fee),
      ];
    case 'refund.succeeded':
      return [
        row('rows.refunds', amount),
        posted('refund'),
        entry('refund.processor_receivable', amount),
        entry('refund.merchant_payable', fee - amount),
        entry('refund.fee_revenue', -fee),
      ];
    case 'adjustment.posted':
      return [
        row('rows.adjustments', amount),
        posted('adjustment'),
        entry('adjustment.merchant_payable', amount),
        entry('adjustment.adjustments', -amount),
      ];
    default:
      return [
        { ...row(`rows.${type.startsWith('payout.') ? 'payout_facts' : 'dispute_facts'}`, 0n), currency: NO_CURRENCY },
      ];
  }
}
