import { z } from 'zod';
import { currency, id, merchantId, positiveAmount, reasonText } from './fields.ts';

/** One shape for the three facts of a dispute. */
export const disputeV1 = z.looseObject({
  merchantId,
  paymentId: id('The payment that is disputed.'),
  amount: positiveAmount,
  currency,
  reason: reasonText('Why the payer disputes it, as the card scheme names it.').optional(),
});

export type DisputeData = z.output<typeof disputeV1>;
export type DisputeType = 'dispute.opened' | 'dispute.won' | 'dispute.lost';

interface DisputeFact<Type extends DisputeType> {
  readonly type: Type;
  readonly version: 1;
  readonly merchantId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reason: string | null;
}

/** A payer contested a payment; the amount is reserved. Subject: disputeId. */
export type DisputeOpened = DisputeFact<'dispute.opened'>;
/** The merchant won; the reserve is released. Subject: disputeId. */
export type DisputeWon = DisputeFact<'dispute.won'>;
/** The merchant lost; the reserve is gone. Subject: disputeId. */
export type DisputeLost = DisputeFact<'dispute.lost'>;

export function decodeDisputeV1<Type extends DisputeType>(type: Type): (data: DisputeData) => DisputeFact<Type> {
  return (data) => ({
    type,
    version: 1,
    merchantId: data.merchantId,
    paymentId: data.paymentId,
    amountMinor: BigInt(data.amount),
    currency: data.currency,
    reason: data.reason ?? null,
  });
}
