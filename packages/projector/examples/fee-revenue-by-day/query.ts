/** The fees of all merchants, day by day. Served by fee_revenue_by_day_of_all. */
import { type Kysely, sql } from 'kysely';
import { readAtOneSnapshot } from '../../src/position/read-at-one-snapshot.ts';
import { type ReadPosition, readPosition } from '../../src/position/read-position.ts';
import type { ReadTables } from '../../src/tables.ts';
import type { FeeRevenueRow } from './table.ts';

export type DayOfFees = Pick<FeeRevenueRow, 'day' | 'currency' | 'earnedMinor' | 'givenBackMinor' | 'netMinor'>;

export interface FeeRevenueAnswer {
  /** How far each partition had come. */
  readonly asOf: ReadPosition;
  /** By day, then by currency. */
  readonly days: readonly DayOfFees[];
}

/** From `fromDay` to `toDay`, both `YYYY-MM-DD` and included. */
export function readFeeRevenue(
  db: Kysely<ReadTables>,
  { fromDay, toDay }: { readonly fromDay: string; readonly toDay: string },
): Promise<FeeRevenueAnswer> {
  return readAtOneSnapshot(db, async (trx) => {
    const asOf = await readPosition(trx);
    const { rows: days } = await sql<DayOfFees>`
      select day, currency, sum(earned_minor)::int8 as "earnedMinor", sum(given_back_minor)::int8 as "givenBackMinor",
             sum(net_minor)::int8 as "netMinor"
      from read.fee_revenue_by_day where day between ${fromDay}::date and ${toDay}::date
      group by day, currency order by day, currency`.execute(trx);
    return { asOf, days };
  });
}
