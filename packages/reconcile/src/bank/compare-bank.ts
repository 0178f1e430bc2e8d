/** The books against the bank's own account of the same days. */
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';
import { addDays } from '../day.ts';
import type { BankItem, BankStatement } from './bank-statement.ts';
import { decodeText } from './decode-text.ts';
import { type Matching, matchPayouts, type PayoutLeg } from './match-payouts.ts';
import { readCamt053 } from './read-camt053.ts';
import { readPayoutLegs } from './read-payout-legs.ts';
import { BankStatementError } from './statement-error.ts';

/**
 * What is not in order, each of a payout, an item of the bank, or both. `outstanding` is the one that may be: a payout
 * of the last days, which the bank may book on its next statement.
 */
export const BANK_FINDINGS = {
  not_at_bank: 'in the books, not at the bank',
  not_in_books: 'at the bank, not in the books',
  amount_differs: 'the amounts differ',
  booked_twice: 'booked by the bank more than once',
  ambiguous: 'more than one candidate',
  batch_differs: 'a batch does not come to its entry',
  outstanding: 'not booked yet',
} as const;

export type BankFindingKind = keyof typeof BANK_FINDINGS;

export interface BankFinding {
  readonly kind: BankFindingKind;
  readonly legs: readonly PayoutLeg[];
  readonly items: readonly BankItem[];
  /** More about it, in words; empty where the kind says all. */
  readonly detail: string;
}

export interface BankReport {
  readonly statements: readonly Omit<BankStatement, 'items' | 'notes'>[];
  /** Statements that do not add up, in words with both figures. When there is one, nothing is matched. */
  readonly refused: readonly string[];
  readonly matchedByReference: number;
  readonly matchedByAmountAndDay: number;
  /** Of the payouts that were matched, by currency. */
  readonly matchedMinor: Readonly<Record<string, bigint>>;
  readonly findings: readonly BankFinding[];
}

export interface BankWish {
  /** Of a camt.053 file. */
  readonly bytes: Uint8Array;
  /** Only of this account, as the file names it. */
  readonly account?: string | undefined;
  readonly daysWindow: number;
}

/** Throws BankStatementError when the file can't be read. */
export async function compareBank(db: Kysely<ReadTables>, wish: BankWish): Promise<BankReport> {
  const statements = selectAccount(readCamt053(decodeText(wish.bytes)), wish.account);
  const refused = statements.flatMap(checkBalance);
  const shown = statements.map(({ items: _, notes: __, ...statement }) => statement);
  const nothing = { matchedByReference: 0, matchedByAmountAndDay: 0, matchedMinor: {}, findings: [] };
  if (refused.length > 0) return { statements: shown, refused, ...nothing };
  const items = statements.flatMap((statement) => statement.items);
  const period = periodOf(statements, wish.daysWindow);
  const legs = await readPayoutLegs(db, {
    fromDay: period.firstDay,
    toDay: period.lastDay,
    currencies: [...new Set(statements.map(({ currency }) => currency))],
    references: [...new Set(items.flatMap(({ references }) => references))],
  });
  const matching = matchPayouts({ legs, items, daysWindow: wish.daysWindow });
  const notes = statements.flatMap((statement) => statement.notes);
  const batches = notes.map((detail) => ({ kind: 'batch_differs' as const, legs: [], items: [], detail }));
  return {
    statements: shown,
    refused,
    ...countMatches(matching),
    findings: [...batches, ...toFindings(matching, legs, period)],
  };
}

/** Everything is as it should be, or may still come. */
export function isBankInOrder({ refused, findings }: BankReport): boolean {
  return refused.length === 0 && findings.every(({ kind }) => kind === 'outstanding');
}

function selectAccount(statements: readonly BankStatement[], account: string | undefined): readonly BankStatement[] {
  if (account === undefined) return statements;
  const plain = (name: string) => name.replaceAll(/\s/g, '').toUpperCase();
  const selected = statements.filter((statement) => plain(statement.account) === plain(account));
  if (selected.length > 0) return selected;
  const there = [...new Set(statements.map((statement) => statement.account))].join(', ');
  throw new BankStatementError(`it has no statement of account ${account}, only of ${there}`);
}

function checkBalance({ id, account, currency, opening, closing, bookedMinor }: BankStatement): string[] {
  const sum = opening.amountMinor + bookedMinor;
  if (sum === closing.amountMinor) return [];
  return [
    `statement ${id} of ${account} in ${currency} does not add up: opening ${opening.amountMinor} and booked ` +
      `${bookedMinor} make ${sum}, closing is ${closing.amountMinor} (minor units)`,
  ];
}

/** The days of the statements; and with the days around them that a booking may be away from its payout. */
interface Period {
  readonly fromDay: string;
  readonly toDay: string;
  readonly firstDay: string;
  readonly lastDay: string;
  /** From this day on, a payout may still be booked. */
  readonly openFromDay: string;
}

function periodOf(statements: readonly BankStatement[], daysWindow: number): Period {
  const fromDay = statements.map((statement) => statement.fromDay).toSorted()[0] ?? '';
  const toDay =
    statements
      .map((statement) => statement.toDay)
      .toSorted()
      .at(-1) ?? '';
  return {
    fromDay,
    toDay,
    firstDay: addDays(fromDay, -daysWindow),
    lastDay: addDays(toDay, daysWindow),
    openFromDay: addDays(toDay, 1 - daysWindow),
  };
}

function countMatches({ matches }: Matching) {
  const legs = matches.flatMap((match) => match.legs.map((leg) => ({ ...leg, by: match.by })));
  const matchedMinor: Record<string, bigint> = {};
  for (const { currency, amountMinor } of legs) matchedMinor[currency] = (matchedMinor[currency] ?? 0n) + amountMinor;
  const byDay = legs.filter(({ by }) => by === 'amount_and_day').length;
  return { matchedByReference: legs.length - byDay, matchedByAmountAndDay: byDay, matchedMinor };
}

function toFindings(matching: Matching, legs: readonly PayoutLeg[], period: Period): BankFinding[] {
  const { fromDay, toDay, openFromDay } = period;
  // What is outside of the statements' days is another statement's.
  const missing = matching.legs.filter(({ day }) => day >= fromDay && day <= toDay);
  return [
    ...matching.mismatches.map((mismatch) => ({ ...mismatch, detail: '' })),
    ...missing.map((leg) => {
      return {
        kind: leg.day >= openFromDay ? 'outstanding' : 'not_at_bank',
        legs: [leg],
        items: [],
        detail: '',
      } as const;
    }),
    ...matching.items.map((item) => ({
      kind: 'not_in_books' as const,
      legs: [],
      items: [item],
      detail: explain(item, legs),
    })),
  ];
}

/** A payout that the item names and that moved the other way in the books. */
function explain(item: BankItem, legs: readonly PayoutLeg[]): string {
  const named = legs.find(({ references }) => references.some((reference) => item.references.includes(reference)));
  const reversal = item.isReversal ? 'a reversal' : '';
  if (named === undefined) return reversal;
  const what = item.direction === 'credit' ? 'has not come back' : 'has not settled';
  return `${reversal || 'it'} names ${named.payoutId} of ${named.merchantId}, which ${what} in the books`;
}
