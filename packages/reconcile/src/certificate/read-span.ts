/** Which days there are: the first of the log, and today, by the database's clock. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';

export interface Span {
  /** Where the chain begins: the first day of the log. Null when nothing was ever taken in. */
  readonly firstDay: string | null;
  readonly today: string;
  readonly now: Instant;
  /**
   * The last day that nothing can be added to any more. An append takes its time before it commits, and its statement
   * is ended after a minute, so a day is over two minutes after midnight.
   */
  readonly lastOverDay: string;
}

export async function readSpan(db: Kysely<unknown>): Promise<Span> {
  const { rows } = await sql<Span>`
    select coalesce(
             (select min(day) from reconcile.certificates),
             least((select min(day) from ledger.intake),
                   (select (min(e.recorded_at) at time zone 'UTC')::date from ledger.partitions p
                    join ledger.events e on e.partition = p.partition and e."offset" = 0))
           ) as "firstDay",
           (c.now at time zone 'UTC')::date as today, c.now,
           ((c.now - interval '2 minutes') at time zone 'UTC')::date - 1 as "lastOverDay"
    from clock_timestamp() as c(now)`.execute(db);
  const [span] = rows;
  if (span === undefined) throw new Error('the database tells no time');
  return span;
}
