import { z } from 'zod';
import { currency, id, merchantId, notAbove, positiveAmount, unsignedAmount } from './fields.ts';

export const refundSucceededV1 = z
  .looseObject({
    merchantId,
    paymentId: id('The payment that is refunded, in part or in full.'),
    amount: positiveAmount,
    feeRefunded: unsignedAmount
      .meta({ description: 'What of the fee goes back to the merchant, in minor units; absent means none.' })
      .optional(),
    currency,
  })
  .check(notAbove('feeRefunded'));

export type RefundSucceededData = z.output<typeof refundSucceededV1>;

/** Money of a payment went back to its payer. Subject: refundId. */
export interface RefundSucceeded {
  readonly type: 'refund.succeeded';
  readonly version: 1;
  readonly merchantId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  /** 0n when the event does not say. */
  readonly feeRefundedMinor: bigint;
  readonly currency: string;
}

export function decodeRefundSucceededV1(data: RefundSucceededData): RefundSucceeded {
  return {
    type: 'refund.succeeded',
    version: 1,
    merchantId: data.merchantId,
    paymentId: data.paymentId,
    amountMinor: BigInt(data.amount),
    feeRefundedMinor: BigInt(data.feeRefunded ?? 0),
    currency: data.currency,
  };
}
