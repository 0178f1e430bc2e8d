/** What a merchant is told when a payout failed or came back. The amount is in the available balance again by then. */
export interface PayoutReason {
  /** What happened, in words for a merchant. */
  readonly meaning: string;
  /** What the merchant does next. */
  readonly whatToDo: string;
}

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
 * quarter, so an event may carry a code that is not here: explainPayoutReason covers it.
 */
export const PAYOUT_REASONS: Readonly<Record<string, PayoutReason>> = {
  AB05: reason('Your bank did not answer in time.', NO_ACTION),
  AB06: reason('A bank on the way did not answer in time.', NO_ACTION),
  AB07: reason('A bank on the way is offline.', NO_ACTION),
  AB08: reason('Your bank is offline.', NO_ACTION),
  AB09: reason('Your bank had a technical error.', NO_ACTION),
  AB10: reason('A bank on the way had a technical error.', NO_ACTION),
  AC01: reason('The account number is wrong.', CORRECT_ACCOUNT),
  AC02: reason('The account we pay from is wrong.', CONTACT_US),
  AC03: reason('Your account number is invalid or missing.', CORRECT_ACCOUNT),
  AC04: reason('The account is closed.', OTHER_ACCOUNT),
  AC05: reason('The account we pay from is closed.', CONTACT_US),
  AC06: reason('The account is blocked.', `${ASK_BANK} Or register another bank account.`),
  AC07: reason('Your account is closed.', OTHER_ACCOUNT),
  AC13: reason('The type of the account we pay from is invalid.', CONTACT_US),
  AC14: reason('Your account is of a type that can’t receive this transfer.', OTHER_ACCOUNT),
  AG01: reason('This account may not receive transfers of this kind, as with a savings account.', OTHER_ACCOUNT),
  AG02: reason('Your bank does not know this kind of transfer.', CONTACT_US),
  AG03: reason('Your bank does not support this kind of transfer.', 'Use standard payouts, or another bank account.'),
  AG10: reason('A bank on the way is suspended from the rail.', CONTACT_US),
  AG11: reason('Your bank is suspended from the rail.', OTHER_ACCOUNT),
  AGNT: reason('A bank on the way is wrong.', CONTACT_US),
  AM01: reason('The amount is zero.', CONTACT_US),
  AM02: reason('The amount is above what your account may receive.', ASK_BANK),
  AM03: reason('Your account can’t receive this currency.', 'Register an account in the currency of the payout.'),
  AM04: reason('The account we pay from lacked funds.', CONTACT_US),
  AM05: reason('The bank takes this for a duplicate of another payout.', CONTACT_US),
  AM06: reason('The amount is below what the rail transfers.', 'Let the balance grow; the next payout takes it along.'),
  AM07: reason('The amount is blocked by a bank.', CONTACT_US),
  AM09: reason('The amount is not the one that was agreed.', CONTACT_US),
  AM10: reason('The total of the payment file is wrong.', CONTACT_US),
  AM11: reason('The currency is invalid or missing.', CONTACT_US),
  AM12: reason('The amount is invalid or missing.', CONTACT_US),
  AM13: reason('The amount is above the limit of the rail.', 'Use standard payouts for amounts this large.'),
  AM14: reason('The amount is above the limit agreed with the bank.', CONTACT_US),
  AM21: reason('The amount is above a limit of your bank.', ASK_BANK),
  AM23: reason('The amount is above the settlement limit of a bank.', NO_ACTION),
  ARDT: reason('The transfer had been returned already.', CONTACT_US),
  BE01: reason('The name does not match the account number.', CORRECT_HOLDER),
  BE04: reason('Your address is missing or wrong.', CORRECT_HOLDER),
  BE05: reason('Your bank does not recognise who sent the transfer.', CONTACT_US),
  BE06: reason('Your bank does not know the account holder.', CORRECT_ACCOUNT),
  BE07: reason('Our address was missing or wrong.', CONTACT_US),
  BE08: reason('A bank made a mistake.', NO_ACTION),
  BE16: reason('Our identification was invalid or missing.', CONTACT_US),
  BE17: reason('Your identification is invalid or missing.', COMPLETE_PROFILE),
  BE22: reason('The account holder’s name is missing.', CORRECT_HOLDER),
  CNOR: reason('Your bank can’t be reached over this rail.', 'Use standard payouts, or another bank account.'),
  CURR: reason('The currency is not the one of the account.', 'Register an account in the currency of the payout.'),
  CUST: reason('The transfer was cancelled on request.', CONTACT_US),
  DNOR: reason('Our bank could not be reached over this rail.', CONTACT_US),
  DT01: reason('The date of the transfer is invalid.', NO_ACTION),
  DUPL: reason('The payout is a duplicate of another one.', CONTACT_US),
  ED01: reason('No bank could pass the transfer on.', OTHER_ACCOUNT),
  ED03: reason('The authorities ask for more details about the transfer.', COMPLETE_PROFILE),
  ED05: reason('The settlement between the banks failed.', NO_ACTION),
  FF05: reason('The kind of transfer is invalid.', CONTACT_US),
  FOCR: reason('The transfer was returned because its cancellation was asked for.', CONTACT_US),
  FR01: reason('The transfer was returned on suspicion of fraud.', CONTACT_US),
  FRAD: reason('The transfer was stopped on suspicion of fraud.', CONTACT_US),
  MD06: reason('You or your bank asked for the money to go back.', CONTACT_US),
  MD07: reason('The account holder has died.', OTHER_ACCOUNT),
  MS02: reason('You refused the transfer, without a reason.', 'Ask whoever runs the account why it was refused.'),
  MS03: reason('Your bank refused the transfer, without a reason.', ASK_BANK),
  NARR: reason('The bank gave its reason in words only.', 'Read the reason beside this code, then ask your bank.'),
  NOAS: reason('No answer came from the account holder.', ASK_BANK),
  NOOR: reason('Your bank never received the transfer.', CONTACT_US),
  RC01: reason('The bank code (BIC) is wrong.', CORRECT_ACCOUNT),
  RC03: reason('The code of our bank is wrong.', CONTACT_US),
  RC04: reason('The code of your bank is wrong.', CORRECT_ACCOUNT),
  RC07: reason('The BIC of your bank is wrong.', CORRECT_ACCOUNT),
  RC08: reason('The clearing number of a bank is wrong.', CORRECT_ACCOUNT),
  RC11: reason('A bank on the way is invalid.', CONTACT_US),
  RF01: reason('The reference of the transfer was used before.', CONTACT_US),
  RR01: reason('Regulation asks for more about the account we pay from.', CONTACT_US),
  RR02: reason('Regulation asks for more about who pays.', CONTACT_US),
  RR03: reason('Regulation asks for your full name and address.', COMPLETE_PROFILE),
  RR04: reason('A regulation forbids the transfer.', CONTACT_US),
  RR05: reason('Regulatory details are invalid or missing.', COMPLETE_PROFILE),
  RR06: reason('Tax details are invalid or missing.', COMPLETE_PROFILE),
  RR07: reason('The remittance text is invalid.', CONTACT_US),
  RR09: reason('The creditor reference is invalid.', CONTACT_US),
  RR10: reason(
    'A name or text has characters that the rail can’t carry.',
    'Write your name and address in plain letters.',
  ),
  RR12: reason('An identification is invalid or missing.', COMPLETE_PROFILE),
  SL01: reason('A service of our bank stopped the transfer.', CONTACT_US),
  SL02: reason('A service of your bank stopped the transfer.', ASK_BANK),
  TA01: reason('The transmission broke off.', NO_ACTION),
  TECH: reason('A technical problem made the transfer wrong.', CONTACT_US),
  TM01: reason('The transfer came after the cut-off time.', NO_ACTION),
  UPAY: reason('The payout was not due.', CONTACT_US),
};

const OTHER_REASON = reason('The bank gave a reason that we have no words for.', ASK_BANK);

/** What a reason code means and what to do; a general answer for a code that is not in the table. */
export function explainPayoutReason(code: string): PayoutReason {
  return Object.hasOwn(PAYOUT_REASONS, code) ? (PAYOUT_REASONS[code] ?? OTHER_REASON) : OTHER_REASON;
}

function reason(meaning: string, whatToDo: string): PayoutReason {
  return { meaning, whatToDo };
}
