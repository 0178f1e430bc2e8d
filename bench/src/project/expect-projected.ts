/**
 * Whether every read model holds what the log says: each table's rows counted, and each balance added up from the log
 * by one statement that knows nothing of the projector. For logs in which nothing is told twice.
 */
import { VoidRun } from '../harness/benchmark.ts';
import { withClient } from '../postgres/bench-server.ts';

const ROWS: Readonly<Record<string, string>> = {
  payments: `type = 'payment.captured'`,
  refunds: `type = 'refund.succeeded'`,
  disputes: `type = 'dispute.opened'`,
  adjustments: `type = 'adjustment.posted'`,
  payouts: `type = 'payout.initiated'`,
  payout_facts: `type like 'payout.%'`,
  payout_transitions: `type like 'payout.%'`,
  journal: `type <> 'payout.submitted'`,
  anomalies: 'false',
};

const WRONG_COUNTS = `
  select name, rows, told from (${Object.entries(ROWS)
    .map(([name, of]) => {
      const told = `(select count(*) from ledger.events where ${of})`;
      return `select '${name}' as name, (select count(*) from read.${name}) as rows, ${told} as told`;
    })
    .join(' union all ')}) counted where rows <> told`;

/** What a merchant's events come to; the database itself sees to it that a balance adds up. */
const WRONG_BALANCES = `
  with open as (
    select merchant_id, subject from ledger.events where type in ('dispute.opened', 'dispute.won', 'dispute.lost')
    group by merchant_id, subject having count(*) = 1
  ),
  unpaid as (select merchant_id, subject from ledger.events where type in ('payout.failed', 'payout.returned')),
  told as (
    select e.merchant_id, e.data ->> 'currency' as currency, e.type, (e.data ->> 'amount')::int8 as amount,
           coalesce((e.data ->> 'fee')::int8, -(e.data ->> 'feeRefunded')::int8, 0) as fee,
           o.subject is not null as is_open, u.subject is not null as is_unpaid
    from ledger.events e
    left join open o on o.merchant_id = e.merchant_id and o.subject = e.subject
    left join unpaid u on u.merchant_id = e.merchant_id and u.subject = e.subject
    where e.data ? 'currency'
  ),
  sums as (
    select merchant_id, currency, sum(fee) as fees,
           coalesce(sum(amount) filter (where type = 'payment.captured'), 0) as gross,
           coalesce(sum(amount) filter (where type = 'refund.succeeded'), 0) as refunds,
           coalesce(sum(amount) filter (where type = 'adjustment.posted'), 0) as adjustments,
           coalesce(sum(amount) filter (where type = 'dispute.opened' and is_open), 0) as reserved,
           coalesce(sum(amount) filter (where type = 'dispute.lost'), 0) as disputes,
           coalesce(sum(amount) filter (where type = 'payout.initiated' and not is_unpaid), 0) as payouts
    from told group by merchant_id, currency
  )
  select coalesce(s.merchant_id, b.merchant_id) || ' ' || coalesce(s.currency, b.currency) as name
  from sums s full join read.balances b on b.merchant_id = s.merchant_id and b.currency = s.currency
  where (s.fees, s.gross, s.refunds, s.adjustments, s.reserved, s.disputes, s.payouts) is distinct from
    (b.fees_minor, b.gross_minor, b.refunds_minor, b.adjustments_minor, b.reserved_minor, b.disputes_minor,
     b.in_transit_minor + b.paid_out_minor)`;

/** Throws VoidRun with what is wrong. */
export async function expectProjected(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const counts = await client.query<{ name: string; rows: bigint; told: bigint }>(WRONG_COUNTS);
    const [table] = counts.rows;
    if (table !== undefined) throw new VoidRun(`read.${table.name} has ${table.rows} rows, not ${table.told}`);
    const balances = await client.query<{ name: string }>(WRONG_BALANCES);
    const [balance] = balances.rows;
    if (balance !== undefined) throw new VoidRun(`the balance of ${balance.name} is not what the log comes to`);
  });
}
