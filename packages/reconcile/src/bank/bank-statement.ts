/** A bank statement as it is compared with the books. */

/** As the account sees it: what leaves is a debit. */
export type Direction = 'credit' | 'debit';

/** What the bank booked for one payment: an entry, or one transaction of a batch that was booked in one sum. */
export interface BankItem {
  /** In the file, for a person to find it: `statement 7, entry 12, transaction 2`. */
  readonly place: string;
  readonly account: string;
  readonly direction: Direction;
  /** Not negative. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** When it was booked, as the bank dates it: `YYYY-MM-DD`. */
  readonly day: string;
  /** Whatever it may be known by. */
  readonly references: readonly string[];
  /** It takes an earlier entry back. */
  readonly isReversal: boolean;
}

export interface BankBalance {
  /** Negative when the account is overdrawn. */
  readonly amountMinor: bigint;
  readonly day: string;
}

export interface BankStatement {
  readonly id: string;
  /** IBAN, or what the bank calls it. */
  readonly account: string;
  readonly currency: string;
  readonly fromDay: string;
  readonly toDay: string;
  readonly opening: BankBalance;
  readonly closing: BankBalance;
  /** Sum of the booked entries, signed. */
  readonly bookedMinor: bigint;
  readonly bookedEntries: number;
  /** Pending, for information, … : not counted and not compared. */
  readonly otherEntries: number;
  readonly items: readonly BankItem[];
  /** Batches whose transactions do not come to their entry. */
  readonly notes: readonly string[];
}

export function signed(direction: Direction, amountMinor: bigint): bigint {
  return direction === 'credit' ? amountMinor : -amountMinor;
}
