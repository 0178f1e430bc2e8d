/** camt.053 (ISO 20022, BankToCustomerStatement) of 2009 and 2019, in the styles that banks write it. */
import type { BankBalance, BankStatement } from './bank-statement.ts';
import { child, children, type Element, textAt } from './element.ts';
import { parseElements } from './parse-elements.ts';
import { readAmount } from './read-amount.ts';
import { type BankEntry, readDay, readDirection, readEntry } from './read-entry.ts';
import { BankStatementError } from './statement-error.ts';

const NAMESPACES = ['02', '08'].map((version) => `urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}`);

/** One `Stmt`: a statement, or a page of one. */
interface Page {
  readonly id: string;
  readonly account: string;
  /** Pages of one statement have the same. */
  readonly key: string;
  readonly number: number;
  readonly balances: readonly CodedBalance[];
  readonly fromDay: string | null;
  readonly entries: readonly BankEntry[];
}

interface CodedBalance extends BankBalance {
  readonly code: string;
  readonly currency: string;
}

/** Every statement of the file, in its order. Throws BankStatementError. */
export function readCamt053(text: string): BankStatement[] {
  const pages: Page[] = [];
  let entries: BankEntry[] = [];
  parseElements(text, {
    onRoot(name, namespace) {
      if (name === 'Document' && NAMESPACES.includes(namespace)) return;
      throw new BankStatementError(
        `it is ${name} of ${namespace || 'no namespace'}, not Document of ${NAMESPACES.join(' or ')}`,
      );
    },
    takes: (name) => name === 'Ntry' || name === 'Stmt',
    onElement(element) {
      const place = `statement ${pages.length + 1}`;
      if (element.name === 'Ntry') entries.push(readEntry(element, `${place}, entry ${entries.length + 1}`));
      else {
        pages.push(readPage(element, place, entries));
        entries = [];
      }
    },
  });
  if (pages.length === 0) throw new BankStatementError('it has no statement (Stmt)');
  return [...Map.groupBy(pages, ({ key }) => key).values()].flatMap(joinPages);
}

function readPage(element: Element, place: string, entries: readonly BankEntry[]): Page {
  const id = textAt(element, 'Id') ?? place;
  const account = textAt(element, 'Acct', 'Id', 'IBAN') ?? textAt(element, 'Acct', 'Id', 'Othr', 'Id');
  if (account === null) throw new BankStatementError(`${place}: Acct/Id names no account`);
  const sequence = textAt(element, 'LglSeqNb') ?? textAt(element, 'ElctrncSeqNb') ?? id;
  const from = child(element, 'FrToDt', 'FrDtTm');
  return {
    id,
    account,
    key: JSON.stringify([account, sequence]),
    number: Number(textAt(element, 'StmtPgntn', 'PgNb') ?? 0),
    balances: children(element, 'Bal').map((balance) => readBalance(balance, place)),
    fromDay: from ? readDay(from, `${place}, FrToDt`) : null,
    entries,
  };
}

function readBalance(balance: Element, place: string): CodedBalance {
  const code = textAt(balance, 'Tp', 'CdOrPrtry', 'Cd') ?? '';
  const at = `${place}, balance ${code}`;
  const { amountMinor, currency } = readAmount(child(balance, 'Amt'), at);
  const isOverdrawn = readDirection(balance, at) === 'debit';
  return {
    code,
    currency,
    amountMinor: isOverdrawn ? -amountMinor : amountMinor,
    day: readDay(child(balance, 'Dt'), at),
  };
}

/** The standard's codes, and what banks put in their place: the closing of the day before, and between pages ITBD. */
const OPENING = ['OPBD', 'PRCD', 'ITBD'];
const CLOSING = ['CLBD', 'ITBD'];

/** One statement a currency of its account. */
function joinPages(unordered: readonly Page[]): BankStatement[] {
  const pages = unordered.toSorted((a, b) => a.number - b.number);
  const balances = pages.flatMap((page) => page.balances);
  const entries = pages.flatMap((page) => page.entries);
  const currencies = new Set([...balances, ...entries].map(({ currency }) => currency));
  return [...currencies].map((currency) => {
    const ofCurrency = balances.filter((balance) => balance.currency === currency);
    return toStatement(pages, currency, {
      balances: ofCurrency,
      entries: entries.filter((e) => e.currency === currency),
    });
  });
}

interface Parts {
  readonly balances: readonly CodedBalance[];
  readonly entries: readonly BankEntry[];
}

function toStatement(pages: readonly Page[], currency: string, { balances, entries }: Parts): BankStatement {
  const { id, account } = pages[0] ?? { id: '', account: '' };
  const first = firstOf(OPENING, balances);
  const last = firstOf(CLOSING, balances.toReversed());
  if (!first || !last) {
    const wanted = first ? 'closing balance (CLBD)' : 'opening balance (OPBD)';
    throw new BankStatementError(`statement ${id} of ${account} has no ${wanted} in ${currency}`);
  }
  const booked = entries.filter(({ isBooked }) => isBooked);
  const days = [...pages.flatMap(({ fromDay }) => fromDay ?? []), ...booked.map(({ day }) => day), last.day];
  return {
    id,
    account,
    currency,
    fromDay: days.toSorted()[0] ?? last.day,
    toDay: [last.day, ...booked.map(({ day }) => day)].toSorted().at(-1) ?? last.day,
    opening: { amountMinor: first.amountMinor, day: first.day },
    closing: { amountMinor: last.amountMinor, day: last.day },
    bookedMinor: booked.reduce((sum, entry) => sum + entry.signedMinor, 0n),
    bookedEntries: booked.length,
    otherEntries: entries.length - booked.length,
    items: booked.flatMap((entry) => entry.items.map((item) => ({ ...item, account }))),
    notes: booked.flatMap(({ note }) => note ?? []),
  };
}

function firstOf(codes: readonly string[], balances: readonly CodedBalance[]): CodedBalance | undefined {
  return codes
    .map((code) => balances.find((balance) => balance.code === code))
    .find((balance) => balance !== undefined);
}
