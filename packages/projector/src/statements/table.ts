import { keyedTable } from '../working-set/table.ts';

/**
 * A merchant's day in one currency: what was available when it began, what moved it, what was available when it
 * ended. A day is that of the log (`recorded_at`, UTC), so a day that is over never changes. A day on which nothing
 * moved has no row.
 */
export interface StatementRow {
  readonly merchantId: string;
  readonly currency: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly openingMinor: bigint;
  /** Captured, before fees. */
  readonly grossMinor: bigint;
  /** Fees less fees given back; positive is to the merchant's cost, as in the balance. */
  readonly feesMinor: bigint;
  readonly refundsMinor: bigint;
  /** Held back for disputes, less what was released. */
  readonly heldMinor: bigint;
  /** Taken by lost disputes. */
  readonly disputesMinor: bigint;
  /** Signed; positive was in the merchant's favour. */
  readonly adjustmentsMinor: bigint;
  /** Handed to the bank or paid out, less what came back. */
  readonly payoutsMinor: bigint;
  readonly closingMinor: bigint;
  readonly events: number;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly offset: bigint;
}

export const statementsTable = keyedTable<StatementRow>({
  name: 'statements',
  key: ['merchantId', 'currency', 'day'],
  columns: {
    merchantId: 'text',
    currency: 'text',
    day: 'date',
    openingMinor: 'int8',
    grossMinor: 'int8',
    feesMinor: 'int8',
    refundsMinor: 'int8',
    heldMinor: 'int8',
    disputesMinor: 'int8',
    adjustmentsMinor: 'int8',
    payoutsMinor: 'int8',
    closingMinor: 'int8',
    events: 'int4',
    partition: 'int2',
    firstOffset: 'int8',
    offset: 'int8',
  },
});
