/** What each kind of event does to the books. The whole of the accounting is on this page. */
import type { Account } from './accounts.ts';
import { type Entry, type Posting, toPosting } from './posting.ts';

export interface Money {
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** The processor owes the gross amount; the fee is earned, the rest is the merchant's. */
export function postCapture({ amountMinor, currency, feeMinor }: Money & { readonly feeMinor: bigint }): Posting {
  return toPosting('capture', [
    { account: 'processor_receivable', currency, amountMinor: -amountMinor },
    { account: 'merchant_payable', currency, amountMinor: amountMinor - feeMinor },
    { account: 'fee_revenue', currency, amountMinor: feeMinor },
  ]);
}

/** The processor keeps the refund; the merchant bears it, less the fee that is given back. */
export function postRefund(refund: Money & { readonly feeRefundedMinor: bigint }): Posting {
  const { amountMinor, currency, feeRefundedMinor } = refund;
  return toPosting('refund', [
    { account: 'processor_receivable', currency, amountMinor },
    { account: 'merchant_payable', currency, amountMinor: feeRefundedMinor - amountMinor },
    { account: 'fee_revenue', currency, amountMinor: -feeRefundedMinor },
  ]);
}

/** A signed correction: positive is in the merchant's favour. */
export function postAdjustment({ amountMinor, currency }: Money): Posting {
  return toPosting('adjustment', move({ currency, amountMinor: -amountMinor }, 'adjustments'));
}

/** Takes the amount from the merchant's payable to another account. */
export function move({ currency, amountMinor }: Money, to: Account): Entry[] {
  return [
    { account: 'merchant_payable', currency, amountMinor: -amountMinor },
    { account: to, currency, amountMinor },
  ];
}
