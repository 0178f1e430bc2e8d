/** A statement for a test, from items: each an entry, or all of a day in one batch. */
import { formatMoney } from '@northwind/events';
import { type Direction, signed } from '../src/bank/bank-statement.ts';

export interface ItemToWrite {
  readonly direction: Direction;
  readonly amountMinor: bigint;
  readonly day: string;
  readonly reference: string;
}

export interface StatementToWrite {
  readonly items: readonly ItemToWrite[];
  readonly currency: string;
  readonly openingMinor: bigint;
  readonly isBatched: boolean;
}

export function writeCamt053({ items, currency, openingMinor, isBatched }: StatementToWrite): string {
  const amount = (minor: bigint) => {
    const [digits] = formatMoney(minor < 0n ? -minor : minor, currency).split(' ');
    return `<Amt Ccy="${currency}">${digits}</Amt><CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
  };
  const sum = (of: readonly ItemToWrite[]) => of.reduce((total, item) => total + signedOf(item), 0n);
  const signedOf = (item: ItemToWrite) => signed(item.direction, item.amountMinor);
  const day =
    items
      .map((item) => item.day)
      .toSorted()
      .at(-1) ?? '2026-11-01';
  const balance = (code: string, minor: bigint) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor)}<Dt><Dt>${day}</Dt></Dt></Bal>`;
  const entries = isBatched
    ? [...Map.groupBy(items, (item) => `${item.day} ${item.direction}`).values()]
    : items.map((item) => [item]);
  const entry = (of: readonly ItemToWrite[]) => `<Ntry>${amount(sum(of))}<Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><Dt>${of[0]?.day}</Dt></BookgDt><NtryDtls>${of.map(details).join('')}</NtryDtls></Ntry>`;
  const details = (item: ItemToWrite) => `<TxDtls><Refs><MsgId>BATCH</MsgId>
    <EndToEndId>${item.reference}</EndToEndId></Refs>${amount(signedOf(item))}</TxDtls>`;
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S</Id>
    <FrToDt><FrDtTm>2026-11-01T00:00:00Z</FrDtTm></FrToDt><Acct><Id><IBAN>DE1</IBAN></Id></Acct>
    ${balance('OPBD', openingMinor)}${balance('CLBD', openingMinor + sum(items))}${entries.map(entry).join('')}
    </Stmt></BkToCstmrStmt></Document>`;
}
