import { keyedTable } from '../../src/working-set/table.ts';

/** What Northwind earned in fees from a merchant, in one currency, on one day. A day without fees has no row. */
export interface FeeRevenueRow {
  readonly merchantId: string;
  readonly currency: string;
  /** `YYYY-MM-DD`, UTC: the day on which the payment or refund happened, not the one on which we heard of it. */
  readonly day: string;
  readonly earnedMinor: bigint;
  /** With refunds. */
  readonly givenBackMinor: bigint;
  readonly netMinor: bigint;
  readonly partition: number;
  readonly offset: bigint;
}

export const feeRevenueTable = keyedTable<FeeRevenueRow>({
  name: 'fee_revenue_by_day',
  key: ['merchantId', 'currency', 'day'],
  columns: {
    merchantId: 'text',
    currency: 'text',
    day: 'date',
    earnedMinor: 'int8',
    givenBackMinor: 'int8',
    netMinor: 'int8',
    partition: 'int2',
    offset: 'int8',
  },
  definition: {
    comment: 'What was earned in fees from a merchant, per currency and day on which it happened (UTC)',
    keyServes: 'the projector’s look-up of a batch',
    columnComments: { offset: 'the last event that changed this row' },
    checks: [
      {
        name: 'fee_revenue_by_day_adds_up',
        rule: 'net_minor = earned_minor - given_back_minor',
        because: 'what is kept is what was earned less what was given back',
      },
    ],
    indexes: [
      { name: 'fee_revenue_by_day_of_all', columns: ['day', 'currency'], serves: 'the fees of all merchants by day' },
    ],
    fillfactor: 70,
  },
});
