import { currencyExponent, findPayoutReason } from '@northwind/events';
import type { Payout } from '@northwind/projector';
import type { PayoutJson } from './payout.ts';

/** A payout of the read model as the API shows it: with the currency's exponent and what its reason code means. */
export function describePayout(payout: Payout): PayoutJson {
  const reason = payout.reasonCode === null ? null : findPayoutReason(payout.reasonCode);
  return {
    payoutId: payout.payoutId,
    merchantId: payout.merchantId,
    status: payout.status,
    amountMinor: payout.amountMinor,
    currency: payout.currency,
    exponent: payout.currency === null ? null : currencyExponent(payout.currency),
    method: payout.method,
    destination: payout.destination,
    railReference: payout.railReference,
    traceId: payout.traceId,
    expectedArrival: payout.expectedArrival,
    reasonCode: payout.reasonCode,
    reason: payout.reason,
    reasonMeaning: reason?.meaning ?? null,
    reasonLiesWith: reason?.liesWith ?? null,
    whatToDo: reason?.whatToDo ?? null,
    initiatedAt: payout.initiatedAt,
    submittedAt: payout.submittedAt,
    settledAt: payout.settledAt,
    failedAt: payout.failedAt,
    returnedAt: payout.returnedAt,
    sequence: payout.sequence,
    updatedAt: payout.updatedAt,
    asOf: payout.asOf,
  };
}
