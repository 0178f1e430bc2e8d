/** A merchant's daily statements. Served by statements_pk. */
import { type Kysely, sql } from 'kysely';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { type AsOf, asOfMerchant, readPosition } from '../position/read-position.ts';
import { requireModel } from '../position/require-model.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import { type StatementRow, statementsTable } from './table.ts';

export interface StatementsWish {
  readonly merchantId: string;
  /** `YYYY-MM-DD`, both included. */
  readonly fromDay: string;
  readonly toDay: string;
}

export interface StatementsAnswer {
  readonly asOf: AsOf;
  /** By currency, then by day; a day without movements is not there: its balance is the closing one before it. */
  readonly statements: readonly StatementRow[];
}

/** Throws MissingModelError. */
export function readStatements(db: Kysely<ReadTables>, wish: StatementsWish): Promise<StatementsAnswer> {
  const { merchantId, fromDay, toDay } = wish;
  return readAtOneSnapshot(db, async (trx) => {
    await requireModel(trx, 'statements');
    const asOf = asOfMerchant(await readPosition(trx), merchantId);
    const { rows } = await sql<StatementRow>`
      select ${selectList(statementsTable)} from read.statements
      where merchant_id = ${merchantId} and day between ${fromDay}::date and ${toDay}::date
      order by currency, day`.execute(trx);
    return { asOf, statements: rows };
  });
}
