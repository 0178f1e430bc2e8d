/** The body of a payout event: the payout as it was right after the change, and where in the log that was caused. */
import { PAYOUT_STATUSES, type PayoutStatus } from '@northwind/projector';
import { z } from 'zod';
import {
  amountMinor,
  currency,
  expectedArrival,
  id,
  instant,
  merchantId,
  method,
  offset,
  partition,
  reason,
  reasonCode,
  sequence,
  timestamp,
} from './body-fields.ts';

/**
 * What any payout may have. What no event has told yet is null: a payout may be seen settled before it is initiated.
 */
const PAYOUT = {
  payoutId: id('The payout, as everywhere.'),
  merchantId,
  previousStatus: z.enum(PAYOUT_STATUSES).nullable().meta({ description: 'The status before; null for the first.' }),
  sequence,
  amountMinor: amountMinor.nullable(),
  currency: currency.nullable(),
  method: method.nullable(),
  destination: id('The bank account, masked.').nullable(),
  railReference: id('The rail’s own reference of the transfer.').nullable(),
  traceId: id('What the receiving bank can find the transfer by.').nullable(),
  expectedArrival: expectedArrival.nullable(),
  reasonCode: reasonCode.nullable(),
  reason: reason.nullable(),
  initiatedAt: instant('When it was decided.').nullable(),
  submittedAt: instant('When the rail accepted it.').nullable(),
  settledAt: instant('When the money arrived.').nullable(),
  failedAt: instant('When the rail refused it.').nullable(),
  returnedAt: instant('When the money came back.').nullable(),
  partition,
  offset,
};

/** What the event that leads to a status has told, so that it is never null there. */
const TOLD = {
  initiated: { amountMinor, currency, method, destination: id('The bank account, masked.'), initiatedAt: told() },
  submitted: { railReference: id('The rail’s own reference of the transfer.'), submittedAt: told() },
  settled: {
    amountMinor,
    currency,
    railReference: id('The rail’s own reference of the transfer.'),
    settledAt: told(),
  },
  failed: { reasonCode, reason, failedAt: told() },
  returned: { reasonCode, reason, returnedAt: told() },
} as const satisfies Record<PayoutStatus, z.ZodRawShape>;

export function payoutBody(status: PayoutStatus) {
  return z.object({
    type: z.literal(`payout.${status}`),
    timestamp,
    data: z.object({ ...PAYOUT, status: z.literal(status), ...TOLD[status] }),
  });
}

function told() {
  return instant('When this happened.');
}
