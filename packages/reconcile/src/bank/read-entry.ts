/** One entry of a statement, taken apart into what it was booked for. */
import { type BankItem, type Direction, signed } from './bank-statement.ts';
import { child, children, type Element, textAt } from './element.ts';
import { type Amount, readAmount } from './read-amount.ts';
import { BankStatementError } from './statement-error.ts';

export interface BankEntry {
  readonly isBooked: boolean;
  readonly currency: string;
  readonly signedMinor: bigint;
  readonly day: string;
  readonly items: readonly Omit<BankItem, 'account'>[];
  /** Says so when a batch's transactions do not come to the entry. */
  readonly note: string | null;
}

/** `place` is where it stands, for people. Throws BankStatementError. */
export function readEntry(entry: Element, place: string): BankEntry {
  const amount = readAmount(child(entry, 'Amt'), `${place}, Amt`);
  const direction = readDirection(entry, place);
  const day = readDay(child(entry, 'BookgDt') ?? child(entry, 'ValDt'), `${place}, BookgDt`);
  const isReversal = textAt(entry, 'RvslInd') === 'true' || textAt(entry, 'RvslInd') === '1';
  const of = { currency: amount.currency, day, isReversal };
  const transactions = children(entry, 'NtryDtls', 'TxDtls').map((details, i): Transaction => {
    const at = `${place}, transaction ${i + 1}`;
    return {
      ...of,
      place: at,
      ...readOwnAmount(details, amount, at),
      ...readOwnDirection(details, direction, at),
      references: readReferences(details),
    };
  });
  const isBatch = transactions.length > 1 && transactions.every((each) => each.amountMinor !== null);
  const whole = {
    ...of,
    ...amount,
    place,
    direction,
    references: [...new Set([...readReferences(entry), ...transactions.flatMap(({ references }) => references)])],
  };
  const sum = transactions.reduce((total, each) => total + signed(each.direction, each.amountMinor ?? 0n), 0n);
  const signedMinor = signed(direction, amount.amountMinor);
  return {
    isBooked: (textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts')) === 'BOOK',
    currency: amount.currency,
    signedMinor,
    day,
    items: isBatch ? (transactions as Omit<BankItem, 'account'>[]) : [whole],
    note: isBatch && sum !== signedMinor ? `${place}: its transactions come to ${sum}, it is ${signedMinor}` : null,
  };
}

type Transaction = Omit<BankItem, 'account' | 'amountMinor'> & { readonly amountMinor: bigint | null };

/** Of a transaction: in the entry's currency, else it is not known here. */
function readOwnAmount(details: Element, { currency }: Amount, place: string): { amountMinor: bigint | null } {
  for (const path of [['Amt'], ['AmtDtls', 'TxAmt', 'Amt'], ['AmtDtls', 'InstdAmt', 'Amt']]) {
    const found = child(details, ...path);
    if (found?.attributes.Ccy === currency) return readAmount(found, `${place}, ${path.join('/')}`);
  }
  return { amountMinor: null };
}

function readOwnDirection(details: Element, direction: Direction, place: string): { direction: Direction } {
  return { direction: child(details, 'CdtDbtInd') ? readDirection(details, place) : direction };
}

export function readDirection(element: Element, place: string): Direction {
  const text = textAt(element, 'CdtDbtInd');
  if (text === 'CRDT') return 'credit';
  if (text === 'DBIT') return 'debit';
  throw new BankStatementError(`${place}: CdtDbtInd is ${JSON.stringify(text)}, not CRDT or DBIT`);
}

/** A date, or the date of a time as the bank wrote it. */
export function readDay(element: Element | undefined, place: string): string {
  const text = textAt(element, 'Dt') ?? textAt(element, 'DtTm') ?? element?.text.trim() ?? '';
  const day = text.slice(0, 10);
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day) {
    throw new BankStatementError(`${place}: ${JSON.stringify(text.slice(0, 40))} is not a date`);
  }
  return day;
}

/** Of an entry and of a transaction alike; each stands in one of them only. */
const REFERENCES = [
  ['NtryRef'],
  ['AcctSvcrRef'],
  ...['EndToEndId', 'TxId', 'InstrId', 'UETR', 'AcctSvcrRef', 'ClrSysRef', 'PmtInfId', 'MsgId'].map((name) => [
    'Refs',
    name,
  ]),
  ['Refs', 'Prtry', 'Ref'],
];

/** What banks write where a reference is demanded and there is none. */
const NO_REFERENCE = 'NOTPROVIDED';

function readReferences(element: Element): string[] {
  const texts = REFERENCES.flatMap((path) => children(element, ...path).map(({ text }) => text.trim()));
  return [...new Set(texts.filter((text) => text !== '' && text !== NO_REFERENCE))];
}
