export interface PayoutReason {
  /** What happened, for the merchant. */
  readonly meaning: string;
  /** What the merchant does next. */
  readonly whatToDo: string;
}

export const PAYOUT_REASONS: Readonly<Record<string, PayoutReason>> = {
  AC04: { meaning: 'The account is closed.', whatToDo: 'Register another bank account.' },
};
