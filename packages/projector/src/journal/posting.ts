/** A posting: amounts on accounts that sum to zero in each currency. */
import type { Account } from './accounts.ts';

export interface Entry {
  readonly account: Account;
  readonly currency: string;
  /** Credit positive, debit negative; never zero in a posting. */
  readonly amountMinor: bigint;
}

/** What kind of movement it was. Lifetime figures (gross, refunds) tell movements on the same account apart by it. */
export type PostingKind = 'capture' | 'refund' | 'dispute' | 'adjustment' | 'payout';

export interface Posting {
  readonly kind: PostingKind;
  readonly entries: readonly Entry[];
}

/** Entries of the same account and currency become one, zeros go, and what is left must balance. */
export function toPosting(kind: PostingKind, entries: readonly Entry[]): Posting {
  const sums: Entry[] = [];
  for (const entry of entries) {
    const at = sums.findIndex(({ account, currency }) => account === entry.account && currency === entry.currency);
    const sum = sums[at];
    if (sum === undefined) sums.push(entry);
    else sums[at] = { ...entry, amountMinor: sum.amountMinor + entry.amountMinor };
  }
  const posting = { kind, entries: sums.filter(({ amountMinor }) => amountMinor !== 0n) };
  assertBalanced(posting);
  return posting;
}

/**
 * The boundary every posting passes: one that does not sum to zero is a defect, and nothing of its batch may be
 * committed.
 */
export function assertBalanced({ kind, entries }: Posting): void {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of entries) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  for (const [currency, sum] of sums) {
    if (sum !== 0n) throw new Error(`${kind} posting does not balance: ${currency} sums to ${sum}`);
  }
}

/**
 * The posting that takes the books from one contribution to another. Posting differences is what makes arrival order
 * irrelevant: whatever was posted on the way, the sum is the contribution of all facts seen.
 */
export function postDifference(kind: PostingKind, before: readonly Entry[], after: readonly Entry[]): Posting {
  return toPosting(kind, [...after, ...before.map((entry) => ({ ...entry, amountMinor: -entry.amountMinor }))]);
}
