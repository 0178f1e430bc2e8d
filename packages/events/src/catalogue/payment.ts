import { z } from 'zod';
import { currency, merchantId, notAbove, positiveAmount, text, unsignedAmount } from './fields.ts';

export const paymentCapturedV1 = z
  .looseObject({
    merchantId,
    amount: positiveAmount.meta({ description: 'Gross, in minor units, before the fee.' }),
    fee: unsignedAmount.meta({ description: 'What the merchant pays for it, in minor units; at most the amount.' }),
    currency,
    method: text(64, 'How the payer paid: card, ideal, sepa_debit …').optional(),
    reference: text(256, 'The merchant’s own reference, such as an order number.').optional(),
  })
  .check(notAbove('fee'));

export type PaymentCapturedData = z.output<typeof paymentCapturedV1>;

/** A payer's money was captured for a merchant. Subject: paymentId. */
export interface PaymentCaptured {
  readonly type: 'payment.captured';
  readonly version: 1;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly feeMinor: bigint;
  readonly currency: string;
  readonly method: string | null;
  readonly reference: string | null;
}

export function decodePaymentCapturedV1(data: PaymentCapturedData): PaymentCaptured {
  return {
    type: 'payment.captured',
    version: 1,
    merchantId: data.merchantId,
    amountMinor: BigInt(data.amount),
    feeMinor: BigInt(data.fee),
    currency: data.currency,
    method: data.method ?? null,
    reference: data.reference ?? null,
  };
}
