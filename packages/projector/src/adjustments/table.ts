import type { Instant } from '@northwind/events';
import { keyedTable } from '../working-set/table.ts';

export interface AdjustmentRow {
  readonly merchantId: string;
  readonly adjustmentId: string;
  readonly currency: string;
  /** Signed; positive is in the merchant's favour. */
  readonly amountMinor: bigint;
  readonly reason: string;
  readonly postedAt: Instant;
  readonly partition: number;
  readonly offset: bigint;
}

export const adjustmentsTable = keyedTable<AdjustmentRow>({
  name: 'adjustments',
  key: ['merchantId', 'adjustmentId'],
  columns: {
    merchantId: 'text',
    adjustmentId: 'text',
    currency: 'text',
    amountMinor: 'int8',
    reason: 'text',
    postedAt: 'timestamptz',
    partition: 'int2',
    offset: 'int8',
  },
});
