/**
 * The chart of accounts. Amounts are signed: a credit is positive, a debit negative. So what Northwind owes (the
 * payable, money in transit, the reserve) grows upwards, and what it owns (the receivable, the bank) grows downwards.
 */
export const ACCOUNTS = [
  'processor_receivable', // what the card processor owes for captured payments; an asset
  'bank', // what left for merchants' bank accounts; an asset
  'merchant_payable', // what the merchant may be paid; a liability
  'payout_in_transit', // handed to the bank rail, not settled; a liability
  'dispute_reserve', // held back while a dispute is open; a liability
  'fee_revenue', // fees earned
  'dispute_loss', // what lost disputes took from the merchant, owed back through the processor
  'adjustments', // the other side of corrections
] as const;

export type Account = (typeof ACCOUNTS)[number];
