import type { Instant } from '@northwind/events';
import { keyedTable } from '../working-set/table.ts';

export interface RefundRow {
  readonly merchantId: string;
  readonly refundId: string;
  readonly paymentId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly feeRefundedMinor: bigint;
  readonly succeededAt: Instant;
  readonly partition: number;
  readonly offset: bigint;
}

export const refundsTable = keyedTable<RefundRow>({
  name: 'refunds',
  key: ['merchantId', 'refundId'],
  columns: {
    merchantId: 'text',
    refundId: 'text',
    paymentId: 'text',
    currency: 'text',
    amountMinor: 'int8',
    feeRefundedMinor: 'int8',
    succeededAt: 'timestamptz',
    partition: 'int2',
    offset: 'int8',
  },
});
