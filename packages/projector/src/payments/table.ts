import type { Instant } from '@northwind/events';
import { keyedTable } from '../working-set/table.ts';

export interface PaymentRow {
  readonly merchantId: string;
  readonly paymentId: string;
  /** Of the capture; before it is seen, of the refund or dispute that named the payment first. */
  readonly currency: string;
  readonly amountMinor: bigint | null;
  readonly feeMinor: bigint | null;
  readonly method: string | null;
  readonly reference: string | null;
  /** Null while only refunds or disputes of it were seen. */
  readonly capturedAt: Instant | null;
  readonly refundedMinor: bigint;
  /** In open and in lost disputes. */
  readonly disputedMinor: bigint;
  readonly partition: number;
  readonly offset: bigint;
}

export const paymentsTable = keyedTable<PaymentRow>({
  name: 'payments',
  key: ['merchantId', 'paymentId'],
  columns: {
    merchantId: 'text',
    paymentId: 'text',
    currency: 'text',
    amountMinor: 'int8',
    feeMinor: 'int8',
    method: 'text',
    reference: 'text',
    capturedAt: 'timestamptz',
    refundedMinor: 'int8',
    disputedMinor: 'int8',
    partition: 'int2',
    offset: 'int8',
  },
  nullable: ['amountMinor', 'feeMinor', 'method', 'reference', 'capturedAt'],
});
