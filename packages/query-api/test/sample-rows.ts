/** Rows as the read model gives them, for tests that need no database. */
import type { Balance, Payout } from '@northwind/projector';

export const EPOCH = 'g1-test';
/** Merchant mer_001 belongs to it, of 16. */
export const PARTITION = 4;

export function sampleBalance(offset: bigint, availableMinor = 100n, merchantId = 'mer_001'): Balance {
  return {
    merchantId,
    currency: 'EUR',
    availableMinor,
    inTransitMinor: 0n,
    reservedMinor: 0n,
    grossMinor: availableMinor,
    feesMinor: 0n,
    refundsMinor: 0n,
    disputesMinor: 0n,
    adjustmentsMinor: 0n,
    paidOutMinor: 0n,
    asOf: { partition: PARTITION, offset },
    updatedAt: '2026-11-22T06:00:00.000000Z',
  };
}

export function samplePayout(offset: bigint, payoutId = `po_${offset}`, merchantId = 'mer_001'): Payout {
  return {
    merchantId,
    payoutId,
    status: 'failed',
    amountMinor: 5_000n,
    currency: 'EUR',
    method: 'standard',
    destination: 'DE** **** 1234',
    railReference: null,
    traceId: null,
    expectedArrival: null,
    reasonCode: 'AC04',
    reason: 'account closed',
    initiatedAt: '2026-11-22T06:00:00.000000Z',
    submittedAt: null,
    settledAt: null,
    failedAt: '2026-11-22T06:00:01.000000Z',
    returnedAt: null,
    sequence: 2,
    updatedAt: '2026-11-22T06:00:02.000000Z',
    asOf: { partition: PARTITION, offset },
  };
}
