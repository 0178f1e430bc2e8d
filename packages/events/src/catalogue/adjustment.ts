import { z } from 'zod';
import { currency, merchantId, reasonText, signedAmount } from './fields.ts';

export const adjustmentPostedV1 = z.looseObject({
  merchantId,
  amount: signedAmount,
  currency,
  reason: reasonText('Why the balance is corrected; the merchant reads it.'),
});

export type AdjustmentPostedData = z.output<typeof adjustmentPostedV1>;

/** A merchant's balance was corrected by hand. Subject: adjustmentId. */
export interface AdjustmentPosted {
  readonly type: 'adjustment.posted';
  readonly version: 1;
  readonly merchantId: string;
  /** Signed; zero is allowed. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reason: string;
}

export function decodeAdjustmentPostedV1(data: AdjustmentPostedData): AdjustmentPosted {
  return {
    type: 'adjustment.posted',
    version: 1,
    merchantId: data.merchantId,
    amountMinor: BigInt(data.amount),
    currency: data.currency,
    reason: data.reason,
  };
}
