import type { Instant } from '@northwind/events';
import { keyedTable } from '../working-set/table.ts';

/** Figures of a merchant in one currency. They are lifetime sums but for the three that say where money is now. */
export interface BalanceFigures {
  /** What the merchant may be paid now; the payable. */
  readonly availableMinor: bigint;
  /** Handed to the bank rail, not settled. */
  readonly inTransitMinor: bigint;
  /** Held back for open disputes. */
  readonly reservedMinor: bigint;
  /** Captured, before fees. */
  readonly grossMinor: bigint;
  /** Fees, less those given back with refunds. */
  readonly feesMinor: bigint;
  readonly refundsMinor: bigint;
  /** Taken by lost disputes. */
  readonly disputesMinor: bigint;
  /** Signed; positive was in the merchant's favour. */
  readonly adjustmentsMinor: bigint;
  /** Settled payouts that were not returned. */
  readonly paidOutMinor: bigint;
}

export interface BalanceRow extends BalanceFigures {
  readonly merchantId: string;
  readonly currency: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly updatedAt: Instant;
}

export const balancesTable = keyedTable<BalanceRow>({
  name: 'balances',
  key: ['merchantId', 'currency'],
  columns: {
    merchantId: 'text',
    currency: 'text',
    availableMinor: 'int8',
    inTransitMinor: 'int8',
    reservedMinor: 'int8',
    grossMinor: 'int8',
    feesMinor: 'int8',
    refundsMinor: 'int8',
    disputesMinor: 'int8',
    adjustmentsMinor: 'int8',
    paidOutMinor: 'int8',
    partition: 'int2',
    offset: 'int8',
    updatedAt: 'timestamptz',
  },
});
