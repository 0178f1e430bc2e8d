import type { Instant } from '@northwind/events';
import { keyedTable } from '../working-set/table.ts';
import type { DisputeStatus } from './status.ts';

/** A dispute as its most decisive fact tells it: payment, amount and currency are that fact's. */
export interface DisputeRow {
  readonly merchantId: string;
  readonly disputeId: string;
  readonly paymentId: string;
  readonly status: DisputeStatus;
  readonly currency: string;
  readonly amountMinor: bigint;
  /** As given when it was opened. */
  readonly reason: string | null;
  readonly openedAt: Instant | null;
  readonly wonAt: Instant | null;
  readonly lostAt: Instant | null;
  readonly partition: number;
  readonly offset: bigint;
}

export const disputesTable = keyedTable<DisputeRow>({
  name: 'disputes',
  key: ['merchantId', 'disputeId'],
  columns: {
    merchantId: 'text',
    disputeId: 'text',
    paymentId: 'text',
    status: 'text',
    currency: 'text',
    amountMinor: 'int8',
    reason: 'text',
    openedAt: 'timestamptz',
    wonAt: 'timestamptz',
    lostAt: 'timestamptz',
    partition: 'int2',
    offset: 'int8',
  },
  nullable: ['reason', 'openedAt', 'wonAt', 'lostAt'],
});
