/** What the consumer groups made of the log. */
import type pg from 'pg';
import { type Check, Wrongs } from './finding.ts';

/** Each coordinate of the log was applied by the run's own group once, by whichever of its processes. */
export async function checkSeen(client: pg.Client): Promise<Check> {
  const wrongs = new Wrongs();
  const { rows } = await client.query<{ partition: number; offset: string; times: string }>(`
    select partition, "offset", coalesce(s.times, 0) as times
    from (select partition, "offset" from ledger.events) e
    full join (select partition, "offset", count(*) as times from chaos.seen group by 1, 2) s
      using (partition, "offset")
    where s.times is distinct from 1
    limit 1000`);
  for (const row of rows) wrongs.add(`${row.partition}:${row.offset} was seen ${row.times} times`);
  const [found] = (
    await client.query<{ seen: string; processes: string }>(
      'select count(*) as seen, count(distinct process_id) as processes from chaos.seen',
    )
  ).rows;
  return wrongs.check(
    'consumers saw each offset once',
    `${found?.seen} offsets, by ${found?.processes} processes in turn`,
  );
}

/** The balances of the projector, and the same by another way: sums over the log in one statement. */
export async function checkBalances(client: pg.Client): Promise<Check> {
  const wrongs = new Wrongs();
  const { rows } = await client.query<{ merchant_id: string; currency: string; expected: string; found: string }>(`
    with expected as (
      select merchant_id, data ->> 'currency' as currency,
        sum((data ->> 'amount')::int8) filter (where type = 'payment.captured') as gross,
        coalesce(sum((data ->> 'amount')::int8) filter (where type = 'refund.succeeded'), 0) as refunds,
        sum(coalesce((data ->> 'fee')::int8, -(data ->> 'feeRefunded')::int8)) as fees
      from ledger.events group by 1, 2
    )
    select merchant_id, currency,
      (e.gross, e.fees, e.refunds, e.gross - e.fees - e.refunds)::text as expected,
      (b.gross_minor, b.fees_minor, b.refunds_minor, b.available_minor)::text as found
    from expected e full join read.balances b using (merchant_id, currency)
    where (e.gross, e.fees, e.refunds, e.gross - e.fees - e.refunds)
      is distinct from (b.gross_minor, b.fees_minor, b.refunds_minor, b.available_minor)`);
  for (const row of rows) {
    wrongs.add(`${row.merchant_id} ${row.currency}: ${row.found} instead of ${row.expected}`);
  }
  const [sum] = (await client.query<{ balances: string }>('select count(*) as balances from read.balances')).rows;
  return wrongs.check('balances right', `${sum?.balances} balances equal the sums over the log`);
}

/** No partition of any group was stopped, and each group is at the head. */
export async function checkOffsets(client: pg.Client): Promise<Check> {
  const wrongs = new Wrongs();
  const { rows } = await client.query<{ group: string; partition: number; lag: string; reason: string | null }>(`
    select o.consumer_group as "group", o.partition, p.next_offset - o.next_offset as lag, o.stopped_reason as reason
    from ledger.consumer_offsets o join ledger.partitions p using (partition) order by 1, 2`);
  for (const { group, partition, lag, reason } of rows) {
    if (reason !== null) wrongs.add(`${group} ${partition} was stopped: ${reason}`);
    else if (lag !== '0') wrongs.add(`${group} ${partition} is ${lag} behind`);
  }
  const groups = new Set(rows.map(({ group }) => group));
  return wrongs.check('consumers at the head', `${[...groups].join(', ')}: no lag, none stopped`);
}
