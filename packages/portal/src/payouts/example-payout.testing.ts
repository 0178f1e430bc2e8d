import type { Payout } from '../wire/payout.ts';

/** A payout for tests to vary. */
export const examplePayout: Payout = {
  payoutId: 'po_9f3',
  merchantId: 'mer_001',
  status: 'initiated',
  amountMinor: 12_345n,
  currency: 'EUR',
  exponent: 2,
  method: 'instant',
  destination: 'NL•• •••• 4300',
  railReference: null,
  traceId: null,
  expectedArrival: null,
  reasonCode: null,
  reason: null,
  reasonMeaning: null,
  whatToDo: null,
  initiatedAt: '2026-11-22T06:00:00.000000Z',
  submittedAt: null,
  settledAt: null,
  failedAt: null,
  returnedAt: null,
  updatedAt: '2026-11-22T06:00:00.000000Z',
  asOf: { partition: 4, offset: 1n },
};
