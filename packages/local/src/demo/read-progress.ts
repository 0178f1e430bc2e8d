import { sql } from 'kysely';
import type { DemoDatabase } from './demo-database.ts';

/** How far everything is; counts that only grow, and lags that end at zero. */
export interface Progress {
  readonly received: number;
  readonly appended: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly rejected: number;
  /** Different bodies and messages, however often the queue delivered them. */
  readonly conflictBodies: number;
  readonly rejectedMessages: number;
  /** Events that a consumer group has not applied yet, over all groups. */
  readonly lag: number;
  readonly planned: number;
  readonly delivered: number;
}

/** One statement, one snapshot. */
export async function readProgress({ db }: DemoDatabase): Promise<Progress> {
  const { rows } = await sql<Progress>`
    with intake as (
      select coalesce(sum(messages), 0)::int4 as received,
             coalesce(sum(messages) filter (where outcome = 'appended'), 0)::int4 as appended,
             coalesce(sum(messages) filter (where outcome = 'duplicate'), 0)::int4 as duplicate,
             coalesce(sum(messages) filter (where outcome = 'conflict'), 0)::int4 as conflict,
             coalesce(sum(messages) filter (where outcome = 'rejected'), 0)::int4 as rejected
      from ledger.intake
    ), groups as (
      select coalesce(sum(p.next_offset - o.next_offset), 0)::int4 as lag
      from ledger.consumer_offsets o join ledger.partitions p using (partition)
    ), deliveries as (
      select count(*)::int4 as planned, (count(*) filter (where state = 'delivered'))::int4 as delivered
      from delivery.deliveries
    )
    select received, appended, duplicate, conflict, rejected, lag, planned, delivered,
           (select count(*) from ledger.conflicts)::int4 as "conflictBodies",
           (select count(*) from ledger.rejections)::int4 as "rejectedMessages"
    from intake, groups, deliveries`.execute(db);
  if (!rows[0]) throw new Error('no progress was read');
  return rows[0];
}
