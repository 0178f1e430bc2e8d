import { z } from 'zod';
import {
  currency,
  expectedArrival,
  id,
  merchantId,
  paymentIds,
  payoutMethod,
  positiveAmount,
  reasonCode,
  reasonText,
} from './fields.ts';

const railReference = id('The rail’s own reference of the transfer.');

export const payoutInitiatedV1 = z.looseObject({
  merchantId,
  amount: positiveAmount,
  currency,
  method: payoutMethod,
  destination: id('Where the money goes, as people may see it: masked by the producer, for the log keeps it for ever.'),
  paymentIds: paymentIds.optional(),
});

export const payoutSubmittedV1 = z.looseObject({
  merchantId,
  railReference,
  expectedArrival: expectedArrival.optional(),
});

export const payoutSettledV1 = z.looseObject({
  merchantId,
  amount: positiveAmount,
  currency,
  railReference,
  traceId: id('What the merchant’s bank can find the transfer by.').optional(),
});

/** One shape for the two ways in which a payout does not arrive. */
export const payoutUnpaidV1 = z.looseObject({
  merchantId,
  reasonCode,
  reason: reasonText('What the rail said, in words.'),
});

export type PayoutInitiatedData = z.output<typeof payoutInitiatedV1>;
export type PayoutSubmittedData = z.output<typeof payoutSubmittedV1>;
export type PayoutSettledData = z.output<typeof payoutSettledV1>;
export type PayoutUnpaidData = z.output<typeof payoutUnpaidV1>;

/** A payout was decided; its amount leaves the available balance. Subject: payoutId, as for all below. */
export interface PayoutInitiated {
  readonly type: 'payout.initiated';
  readonly version: 1;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly method: 'instant' | 'standard';
  readonly destination: string;
  readonly paymentIds: readonly string[];
}

/** The rail accepted the instruction. */
export interface PayoutSubmitted {
  readonly type: 'payout.submitted';
  readonly version: 1;
  readonly merchantId: string;
  readonly railReference: string;
  /** As sent: an RFC 3339 date or timestamp. */
  readonly expectedArrival: string | null;
}

/** The money arrived. */
export interface PayoutSettled {
  readonly type: 'payout.settled';
  readonly version: 1;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly railReference: string;
  readonly traceId: string | null;
}

interface PayoutUnpaid<Type extends 'payout.failed' | 'payout.returned'> {
  readonly type: Type;
  readonly version: 1;
  readonly merchantId: string;
  readonly reasonCode: string;
  readonly reason: string;
}

/** The rail refused the payout; the money never left. */
export type PayoutFailed = PayoutUnpaid<'payout.failed'>;
/** The payout came back after it had left, perhaps after it settled. */
export type PayoutReturned = PayoutUnpaid<'payout.returned'>;

export function decodePayoutInitiatedV1(data: PayoutInitiatedData): PayoutInitiated {
  return {
    type: 'payout.initiated',
    version: 1,
    merchantId: data.merchantId,
    amountMinor: BigInt(data.amount),
    currency: data.currency,
    method: data.method,
    destination: data.destination,
    paymentIds: data.paymentIds ?? [],
  };
}

export function decodePayoutSubmittedV1(data: PayoutSubmittedData): PayoutSubmitted {
  return {
    type: 'payout.submitted',
    version: 1,
    merchantId: data.merchantId,
    railReference: data.railReference,
    expectedArrival: data.expectedArrival ?? null,
  };
}

export function decodePayoutSettledV1(data: PayoutSettledData): PayoutSettled {
  return {
    type: 'payout.settled',
    version: 1,
    merchantId: data.merchantId,
    amountMinor: BigInt(data.amount),
    currency: data.currency,
    railReference: data.railReference,
    traceId: data.traceId ?? null,
  };
}

export function decodePayoutUnpaidV1<Type extends 'payout.failed' | 'payout.returned'>(
  type: Type,
): (data: PayoutUnpaidData) => PayoutUnpaid<Type> {
  return (data) => ({
    type,
    version: 1,
    merchantId: data.merchantId,
    reasonCode: data.reasonCode,
    reason: data.reason,
  });
}
