/**
 * What was not appended, over all days: each message is tallied in `intake`, and counted beside the body that is kept.
 * Only the sums can be compared, because a body keeps the day of its first message.
 */
import { type Kysely, sql } from 'kysely';
import { compare, type Line, NO_CURRENCY } from './figures.ts';

export async function checkTallies(db: Kysely<unknown>): Promise<Line[]> {
  const { rows } = await sql<{ check: string; tallied: bigint; kept: bigint }>`
    select 'conflict' as "check", coalesce(sum(seen), 0)::int8 as kept,
           (select coalesce(sum(messages), 0)::int8 from ledger.intake where outcome = 'conflict') as tallied
    from ledger.conflicts
    union all
    select 'rejected', coalesce(sum(seen), 0)::int8,
           (select coalesce(sum(messages), 0)::int8 from ledger.intake where outcome = 'rejected')
    from ledger.rejections`.execute(db);
  return rows.map(({ check, tallied, kept }) => {
    return { check, currency: NO_CURRENCY, ...compare(count(tallied), count(kept)) };
  });
}

const count = (messages: bigint) => ({ count: messages, amountMinor: 0n });
