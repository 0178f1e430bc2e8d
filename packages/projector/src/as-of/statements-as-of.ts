/**
 * A merchant's statements as they were. A day that was over by then is the row that is kept. The day of the moment is
 * cut at it: it opened as its row says, and moved by what lies between the journal's last row before it and the last
 * one by then.
 */
import type { Coordinate } from '@northwind/event-store';
import { type Kysely, sql } from 'kysely';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { requireModel } from '../position/require-model.ts';
import type { StatementsWish } from '../statements/query.ts';
import { type StatementRow, statementsTable } from '../statements/table.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import { type Moment, resolveOfMerchant } from './resolve-as-of.ts';

export interface StatementsAsOf {
  readonly asOf: Coordinate;
  /** By currency, then by day; a day on which nothing had moved by then is not there. */
  readonly statements: readonly StatementRow[];
}

/** Served by statements_pk, and by journal_of_merchant for a day that is cut. Throws AsOfError or MissingModelError. */
export function readStatementsAsOf(
  db: Kysely<ReadTables>,
  wish: StatementsWish & { readonly moment: Moment },
): Promise<StatementsAsOf> {
  const { merchantId, fromDay, toDay, moment } = wish;
  return readAtOneSnapshot(db, async (trx) => {
    await requireModel(trx, 'statements');
    const asOf = await resolveOfMerchant(trx, merchantId, moment);
    const { rows } = await sql<StatementRow>`
      select ${selectList(statementsTable)} from read.statements
      where merchant_id = ${merchantId} and day between ${fromDay}::date and ${toDay}::date
        and first_offset <= ${asOf.offset}
      order by currency, day`.execute(trx);
    const statements = rows.map((row) => (row.offset > asOf.offset ? cutStatement(trx, row, asOf.offset) : row));
    return { asOf, statements: await Promise.all(statements) };
  });
}

type Moved = Omit<StatementRow, 'merchantId' | 'currency' | 'day' | 'openingMinor' | 'partition' | 'firstOffset'>;

/** The statement after the event at `offset`, which is not before its first one. */
async function cutStatement(db: Kysely<ReadTables>, row: StatementRow, offset: bigint): Promise<StatementRow> {
  const { merchantId, currency, firstOffset } = row;
  const ofMerchant = sql`merchant_id = ${merchantId} and currency = ${currency}`;
  const { rows } = await sql<Moved>`
    select j.gross_after - coalesce(b.gross_after, 0) as "grossMinor",
           j.fees_after - coalesce(b.fees_after, 0) as "feesMinor",
           j.refunds_after - coalesce(b.refunds_after, 0) as "refundsMinor",
           j.reserved_after - coalesce(b.reserved_after, 0) as "heldMinor",
           j.disputes_after - coalesce(b.disputes_after, 0) as "disputesMinor",
           j.adjustments_after - coalesce(b.adjustments_after, 0) as "adjustmentsMinor",
           j.in_transit_after + j.paid_out_after - coalesce(b.in_transit_after + b.paid_out_after, 0) as "payoutsMinor",
           j.available_after as "closingMinor", j."offset",
           (select count(*)::int4 from read.journal
             where ${ofMerchant} and "offset" between ${firstOffset} and ${offset}) as events
    from (select * from read.journal where ${ofMerchant} and "offset" <= ${offset} order by "offset" desc limit 1) j
    left join (select * from read.journal where ${ofMerchant} and "offset" < ${firstOffset}
               order by "offset" desc limit 1) b on true`.execute(db);
  const [moved] = rows;
  if (moved === undefined) throw new Error(`the journal has nothing of ${merchantId} by ${row.partition}:${offset}`);
  return { ...row, ...moved };
}
