/** What the day's events posted, by kind of movement and account, and what the merchants' statements make of it. */
import { ACCOUNTS, type Account } from '@northwind/projector';
import { type Kysely, sql } from 'kysely';
import type { Reading, Readings } from './figures.ts';
import { type Stretch, stretchTable } from './stretch.ts';

type PostedSum = Readonly<Record<Account, string>> & {
  readonly partition: number;
  readonly kind: string;
  readonly currency: string;
  readonly rows: bigint;
};

/** As kinds whose events post one row each; a payout's or dispute's event may post none. */
const COUNTED = new Set(['capture', 'refund', 'adjustment']);

export async function readJournal(db: Kysely<unknown>, day: string, stretches: readonly Stretch[]): Promise<Readings> {
  const sums = ACCOUNTS.map((account) => sql`sum(${sql.ref(`${account}_minor`)})::text as ${sql.ref(account)}`);
  const { rows } = await sql<PostedSum>`
    select s.partition, j.*
    from ${stretchTable(stretches)}
    cross join lateral (
      select kind, currency, count(*) as rows, ${sql.join(sums)}
      from read.journal j
      where j.partition = s.partition and j."offset" >= s.from_offset and j."offset" < s.applied_to
      group by kind, currency
    ) j`.execute(db);
  const payable = rows.map(({ partition, currency, merchant_payable: amount }) => {
    return { partition, check: 'statements', currency, count: 0n, amountMinor: BigInt(amount) };
  });
  return { expected: payable, actual: [...rows.flatMap(toReadings), ...(await readStatementSums(db, day, stretches))] };
}

function toReadings({ partition, kind, currency, rows, ...accounts }: PostedSum): Reading[] {
  const of = { partition, currency };
  return [
    { ...of, check: `${kind}.posted`, count: COUNTED.has(kind) ? rows : 0n, amountMinor: 0n },
    ...ACCOUNTS.map((account) => {
      return { ...of, check: `${kind}.${account}`, count: 0n, amountMinor: BigInt(accounts[account]) };
    }),
  ];
}

/** By how much the day changed what merchants may be paid, over those whose money moved. */
async function readStatementSums(db: Kysely<unknown>, day: string, stretches: readonly Stretch[]): Promise<Reading[]> {
  const { rows } = await sql<{ partition: number; currency: string; amountMinor: string }>`
    select s.partition, t.currency, sum(t.closing_minor - t.opening_minor)::text as "amountMinor"
    from ${stretchTable(stretches)}
    cross join lateral (
      select distinct j.merchant_id, j.currency from read.journal j
      where j.partition = s.partition and j."offset" >= s.from_offset and j."offset" < s.applied_to
    ) moved
    join read.statements t on t.merchant_id = moved.merchant_id and t.currency = moved.currency and t.day = ${day}::date
    group by s.partition, t.currency`.execute(db);
  return rows.map(({ amountMinor, ...of }) => {
    return { ...of, check: 'statements', count: 0n, amountMinor: BigInt(amountMinor) };
  });
}
