/** What a merchant is told when a payout failed or came back. The amount is in the available balance again by then. */
export interface PayoutReason {
  /** What happened, in words for a merchant. */
  readonly meaning: string;
  /** Who has to put it right. */
  readonly liesWith: ReasonSide;
  /** What the merchant does next. */
  readonly whatToDo: string;
}

/** Northwind stands for us and the bank we pay from; the rail for the banks on the way and what they share. */
export const REASON_SIDES = ['merchant', 'merchant_bank', 'northwind', 'rail', 'unclear'] as const;

export type ReasonSide = (typeof REASON_SIDES)[number];

const CORRECT_ACCOUNT = 'Correct the bank account in your settings; the next payout uses it.';
const OTHER_ACCOUNT = 'Register another bank account; the next payout uses it.';
const ASK_BANK = 'Ask your bank why it refuses the transfer, and give it the trace id of this payout.';
const CORRECT_HOLDER = 'Make the account holder’s name and address match what your bank has on file.';
const NO_ACTION = 'Nothing: the payout is sent again in the next run.';
const CONTACT_US = 'Contact support with the id of this payout; we sort it out with the rail.';
const COMPLETE_PROFILE = 'Complete the missing details of your business profile, or contact support if they are right.';

/**
 * Reasons of ISO 20022 for a credit transfer that is rejected (ExternalStatusReason1Code) or returned
 * (ExternalReturnReason1Code). Codes that only direct debits or cards have are left out. The external lists grow every
 * quarter, so an event may carry a code that is not here.
 */
export const PAYOUT_REASONS: Readonly<Record<string, PayoutReason>> = {
  AB05: reason('merchant_bank', 'Your bank did not answer in time.', NO_ACTION),
  AB06: reason('rail', 'A bank on the way did not answer in time.', NO_ACTION),
  AB07: reason('rail', 'A bank on the way is offline.', NO_ACTION),
  AB08: reason('merchant_bank', 'Your bank is offline.', NO_ACTION),
  AB09: reason('merchant_bank', 'Your bank had a technical error.', NO_ACTION),
  AB10: reason('rail', 'A bank on the way had a technical error.', NO_ACTION),
  AC01: reason('merchant', 'The account number is wrong.', CORRECT_ACCOUNT),
  AC02: reason('northwind', 'The account we pay from is wrong.', CONTACT_US),
  AC03: reason('merchant', 'Your account number is invalid or missing.', CORRECT_ACCOUNT),
  AC04: reason('merchant', 'The account is closed.', OTHER_ACCOUNT),
  AC05: reason('northwind', 'The account we pay from is closed.', CONTACT_US),
  AC06: reason('merchant', 'The account is blocked.', `${ASK_BANK} Or register another bank account.`),
  AC07: reason('merchant', 'Your account is closed.', OTHER_ACCOUNT),
  AC13: reason('northwind', 'The type of the account we pay from is invalid.', CONTACT_US),
  AC14: reason('merchant', 'Your account is of a type that can’t receive this transfer.', OTHER_ACCOUNT),
  AG01: reason(
    'merchant',
    'This account may not receive transfers of this kind, as with a savings account.',
    OTHER_ACCOUNT,
  ),
  AG02: reason('northwind', 'Your bank does not know this kind of transfer.', CONTACT_US),
  AG03: reason(
    'merchant_bank',
    'Your bank does not support this kind of transfer.',
    'Use standard payouts, or another bank account.',
  ),
  AG10: reason('rail', 'A bank on the way is suspended from the rail.', CONTACT_US),
  AG11: reason('merchant_bank', 'Your bank is suspended from the rail.', OTHER_ACCOUNT),
  AGNT: reason('rail', 'A bank on the way is wrong.', CONTACT_US),
  AM01: reason('northwind', 'The amount is zero.', CONTACT_US),
  AM02: reason('merchant_bank', 'The amount is above what your account may receive.', ASK_BANK),
  AM03: reason(
    'merchant',
    'Your account can’t receive this currency.',
    'Register an account in the currency of the payout.',
  ),
  AM04: reason('northwind', 'The account we pay from lacked funds.', CONTACT_US),
  AM05: reason('northwind', 'The bank takes this for a duplicate of another payout.', CONTACT_US),
  AM06: reason(
    'rail',
    'The amount is below what the rail transfers.',
    'Let the balance grow; the next payout takes it along.',
  ),
  AM07: reason('rail', 'The amount is blocked by a bank.', CONTACT_US),
  AM09: reason('northwind', 'The amount is not the one that was agreed.', CONTACT_US),
  AM10: reason('northwind', 'The total of the payment file is wrong.', CONTACT_US),
  AM11: reason('northwind', 'The currency is invalid or missing.', CONTACT_US),
  AM12: reason('northwind', 'The amount is invalid or missing.', CONTACT_US),
  AM13: reason('rail', 'The amount is above the limit of the rail.', 'Use standard payouts for amounts this large.'),
  AM14: reason('northwind', 'The amount is above the limit agreed with the bank.', CONTACT_US),
  AM21: reason('merchant_bank', 'The amount is above a limit of your bank.', ASK_BANK),
  AM23: reason('rail', 'The amount is above the settlement limit of a bank.', NO_ACTION),
  ARDT: reason('rail', 'The transfer had been returned already.', CONTACT_US),
  BE01: reason('merchant', 'The name does not match the account number.', CORRECT_HOLDER),
  BE04: reason('merchant', 'Your address is missing or wrong.', CORRECT_HOLDER),
  BE05: reason('northwind', 'Your bank does not recognise who sent the transfer.', CONTACT_US),
  BE06: reason('merchant', 'Your bank does not know the account holder.', CORRECT_ACCOUNT),
  BE07: reason('northwind', 'Our address was missing or wrong.', CONTACT_US),
  BE08: reason('rail', 'A bank made a mistake.', NO_ACTION),
  BE16: reason('northwind', 'Our identification was invalid or missing.', CONTACT_US),
  BE17: reason('merchant', 'Your identification is invalid or missing.', COMPLETE_PROFILE),
  BE22: reason('merchant', 'The account holder’s name is missing.', CORRECT_HOLDER),
  CNOR: reason(
    'merchant_bank',
    'Your bank can’t be reached over this rail.',
    'Use standard payouts, or another bank account.',
  ),
  CURR: reason(
    'merchant',
    'The currency is not the one of the account.',
    'Register an account in the currency of the payout.',
  ),
  CUST: reason('northwind', 'The transfer was cancelled on request.', CONTACT_US),
  DNOR: reason('northwind', 'Our bank could not be reached over this rail.', CONTACT_US),
  DT01: reason('northwind', 'The date of the transfer is invalid.', NO_ACTION),
  DUPL: reason('northwind', 'The payout is a duplicate of another one.', CONTACT_US),
  ED01: reason('rail', 'No bank could pass the transfer on.', OTHER_ACCOUNT),
  ED03: reason('merchant', 'The authorities ask for more details about the transfer.', COMPLETE_PROFILE),
  ED05: reason('rail', 'The settlement between the banks failed.', NO_ACTION),
  FF05: reason('northwind', 'The kind of transfer is invalid.', CONTACT_US),
  FOCR: reason('northwind', 'The transfer was returned because its cancellation was asked for.', CONTACT_US),
  FR01: reason('unclear', 'The transfer was returned on suspicion of fraud.', CONTACT_US),
  FRAD: reason('unclear', 'The transfer was stopped on suspicion of fraud.', CONTACT_US),
  MD06: reason('merchant', 'You or your bank asked for the money to go back.', CONTACT_US),
  MD07: reason('merchant', 'The account holder has died.', OTHER_ACCOUNT),
  MS02: reason(
    'merchant',
    'You refused the transfer, without a reason.',
    'Ask whoever runs the account why it was refused.',
  ),
  MS03: reason('merchant_bank', 'Your bank refused the transfer, without a reason.', ASK_BANK),
  NARR: reason(
    'unclear',
    'The bank gave its reason in words only.',
    'Read the reason beside this code, then ask your bank.',
  ),
  NOAS: reason('merchant', 'No answer came from the account holder.', ASK_BANK),
  NOOR: reason('rail', 'Your bank never received the transfer.', CONTACT_US),
  RC01: reason('merchant', 'The bank code (BIC) is wrong.', CORRECT_ACCOUNT),
  RC03: reason('northwind', 'The code of our bank is wrong.', CONTACT_US),
  RC04: reason('merchant', 'The code of your bank is wrong.', CORRECT_ACCOUNT),
  RC07: reason('merchant', 'The BIC of your bank is wrong.', CORRECT_ACCOUNT),
  RC08: reason('merchant', 'The clearing number of a bank is wrong.', CORRECT_ACCOUNT),
  RC11: reason('rail', 'A bank on the way is invalid.', CONTACT_US),
  RF01: reason('northwind', 'The reference of the transfer was used before.', CONTACT_US),
  RR01: reason('northwind', 'Regulation asks for more about the account we pay from.', CONTACT_US),
  RR02: reason('northwind', 'Regulation asks for more about who pays.', CONTACT_US),
  RR03: reason('merchant', 'Regulation asks for your full name and address.', COMPLETE_PROFILE),
  RR04: reason('unclear', 'A regulation forbids the transfer.', CONTACT_US),
  RR05: reason('merchant', 'Regulatory details are invalid or missing.', COMPLETE_PROFILE),
  RR06: reason('merchant', 'Tax details are invalid or missing.', COMPLETE_PROFILE),
  RR07: reason('northwind', 'The remittance text is invalid.', CONTACT_US),
  RR09: reason('northwind', 'The creditor reference is invalid.', CONTACT_US),
  RR10: reason(
    'merchant',
    'A name or text has characters that the rail can’t carry.',
    'Write your name and address in plain letters.',
  ),
  RR12: reason('merchant', 'An identification is invalid or missing.', COMPLETE_PROFILE),
  SL01: reason('northwind', 'A service of our bank stopped the transfer.', CONTACT_US),
  SL02: reason('merchant_bank', 'A service of your bank stopped the transfer.', ASK_BANK),
  TA01: reason('rail', 'The transmission broke off.', NO_ACTION),
  TECH: reason('northwind', 'A technical problem made the transfer wrong.', CONTACT_US),
  TM01: reason('northwind', 'The transfer came after the cut-off time.', NO_ACTION),
  UPAY: reason('northwind', 'The payout was not due.', CONTACT_US),
};

/** Null for a code that is not in the table: what it means is then not ours to say. */
export function findPayoutReason(code: string): PayoutReason | null {
  return Object.hasOwn(PAYOUT_REASONS, code) ? (PAYOUT_REASONS[code] ?? null) : null;
}

function reason(liesWith: ReasonSide, meaning: string, whatToDo: string): PayoutReason {
  return { meaning, liesWith, whatToDo };
}
