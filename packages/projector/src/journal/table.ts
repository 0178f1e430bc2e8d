import type { Instant } from '@northwind/events';
import { appendedTable } from '../working-set/table.ts';
import type { PostingKind } from './posting.ts';

/** What an event put on each account: credit positive, debit negative, all of them together zero. */
export interface AccountAmounts {
  readonly processorReceivableMinor: bigint;
  readonly bankMinor: bigint;
  readonly merchantPayableMinor: bigint;
  readonly payoutInTransitMinor: bigint;
  readonly disputeReserveMinor: bigint;
  readonly feeRevenueMinor: bigint;
  readonly disputeLossMinor: bigint;
  readonly adjustmentsMinor: bigint;
}

/** The merchant's balance right after it, figure by figure: what makes any balance of the past one look-up. */
export interface RunningBalance {
  readonly availableAfter: bigint;
  readonly inTransitAfter: bigint;
  readonly reservedAfter: bigint;
  readonly grossAfter: bigint;
  readonly feesAfter: bigint;
  readonly refundsAfter: bigint;
  readonly disputesAfter: bigint;
  readonly adjustmentsAfter: bigint;
  readonly paidOutAfter: bigint;
}

/** What one event posted in one currency. */
export interface JournalRow extends AccountAmounts, RunningBalance {
  readonly partition: number;
  readonly offset: bigint;
  readonly merchantId: string;
  readonly currency: string;
  readonly kind: PostingKind;
  readonly recordedAt: Instant;
}

export const journalTable = appendedTable<JournalRow>({
  name: 'journal',
  key: ['partition', 'offset', 'currency'],
  columns: {
    partition: 'int2',
    offset: 'int8',
    merchantId: 'text',
    currency: 'text',
    kind: 'text',
    recordedAt: 'timestamptz',
    processorReceivableMinor: 'int8',
    bankMinor: 'int8',
    merchantPayableMinor: 'int8',
    payoutInTransitMinor: 'int8',
    disputeReserveMinor: 'int8',
    feeRevenueMinor: 'int8',
    disputeLossMinor: 'int8',
    adjustmentsMinor: 'int8',
    availableAfter: 'int8',
    inTransitAfter: 'int8',
    reservedAfter: 'int8',
    grossAfter: 'int8',
    feesAfter: 'int8',
    refundsAfter: 'int8',
    disputesAfter: 'int8',
    adjustmentsAfter: 'int8',
    paidOutAfter: 'int8',
  },
});
