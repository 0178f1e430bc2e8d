import type { Instant } from '@northwind/events';
import { appendedTable, keyedTable } from '../working-set/table.ts';
import type { PayoutStatus } from './status.ts';

/** A payout as the facts seen so far tell it. What no fact has told yet is null. */
export interface PayoutRow {
  readonly merchantId: string;
  readonly payoutId: string;
  readonly status: PayoutStatus;
  /** The settled amount once it settled, else the initiated one. */
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly method: string | null;
  /** Masked. */
  readonly destination: string | null;
  readonly railReference: string | null;
  readonly traceId: string | null;
  /** As sent: a date or a timestamp. */
  readonly expectedArrival: string | null;
  /** ISO 20022; of the return if it was returned, else of the failure. */
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly initiatedAt: Instant | null;
  readonly submittedAt: Instant | null;
  readonly settledAt: Instant | null;
  readonly failedAt: Instant | null;
  readonly returnedAt: Instant | null;
  /** How many times the status changed. */
  readonly sequence: number;
  readonly firstOffset: bigint;
  readonly partition: number;
  readonly offset: bigint;
  readonly updatedAt: Instant;
}

export const payoutsTable = keyedTable<PayoutRow>({
  name: 'payouts',
  key: ['merchantId', 'payoutId'],
  columns: {
    merchantId: 'text',
    payoutId: 'text',
    status: 'text',
    amountMinor: 'int8',
    currency: 'text',
    method: 'text',
    destination: 'text',
    railReference: 'text',
    traceId: 'text',
    expectedArrival: 'text',
    reasonCode: 'text',
    reason: 'text',
    initiatedAt: 'timestamptz',
    submittedAt: 'timestamptz',
    settledAt: 'timestamptz',
    failedAt: 'timestamptz',
    returnedAt: 'timestamptz',
    sequence: 'int4',
    firstOffset: 'int8',
    partition: 'int2',
    offset: 'int8',
    updatedAt: 'timestamptz',
  },
  nullable: [
    'amountMinor',
    'currency',
    'method',
    'destination',
    'railReference',
    'traceId',
    'expectedArrival',
    'reasonCode',
    'reason',
    'initiatedAt',
    'submittedAt',
    'settledAt',
    'failedAt',
    'returnedAt',
  ],
});

/** One line of a payout's timeline. A fact counts once, so there are five at most. */
export interface PayoutFactRow {
  readonly partition: number;
  readonly offset: bigint;
  readonly merchantId: string;
  readonly payoutId: string;
  /** The event type, and the version of its data. */
  readonly type: string;
  readonly version: number;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly data: unknown;
}

export const payoutFactsTable = appendedTable<PayoutFactRow>({
  name: 'payout_facts',
  key: ['partition', 'offset'],
  columns: {
    partition: 'int2',
    offset: 'int8',
    merchantId: 'text',
    payoutId: 'text',
    type: 'text',
    version: 'int2',
    occurredAt: 'timestamptz',
    recordedAt: 'timestamptz',
    data: 'jsonb',
  },
});

/** A change of a payout's status, at the event that caused it. */
export interface PayoutTransitionRow {
  readonly partition: number;
  readonly offset: bigint;
  readonly merchantId: string;
  readonly payoutId: string;
  readonly status: PayoutStatus;
  readonly previousStatus: PayoutStatus | null;
  /** 1, 2, … per payout. */
  readonly sequence: number;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  /** The payout right after this change. */
  readonly payout: PayoutSnapshot;
}

/** What webhooks tell of a payout; the fields are a public contract. */
export interface PayoutSnapshot {
  readonly payoutId: string;
  readonly merchantId: string;
  readonly status: PayoutStatus;
  readonly previousStatus: PayoutStatus | null;
  readonly sequence: number;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly method: string | null;
  readonly destination: string | null;
  readonly railReference: string | null;
  readonly traceId: string | null;
  readonly expectedArrival: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly initiatedAt: Instant | null;
  readonly submittedAt: Instant | null;
  readonly settledAt: Instant | null;
  readonly failedAt: Instant | null;
  readonly returnedAt: Instant | null;
}

export const payoutTransitionsTable = appendedTable<PayoutTransitionRow>({
  name: 'payout_transitions',
  key: ['partition', 'offset'],
  columns: {
    partition: 'int2',
    offset: 'int8',
    merchantId: 'text',
    payoutId: 'text',
    status: 'text',
    previousStatus: 'text',
    sequence: 'int4',
    occurredAt: 'timestamptz',
    recordedAt: 'timestamptz',
    payout: 'jsonb',
  },
  nullable: ['previousStatus'],
});
