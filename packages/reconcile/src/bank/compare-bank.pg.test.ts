import { afterAll, beforeAll, expect, test } from 'vitest';
import { FOUR_DAYS_MS, openFourDays } from '../../test/four-days.ts';
import type { Books } from '../../test/open-books.ts';
import { type ItemToWrite, writeCamt053 } from '../../test/write-camt053.ts';
import { type BankReport, type BankWish, compareBank, isBankInOrder } from './compare-bank.ts';

// The books: po_1 settled with 300.00 under RAIL1 and came back, po_3 settled with 15.00 under RAIL3, on 2026-11-01.
let books: Books;
beforeAll(async () => {
  books = await openFourDays();
}, FOUR_DAYS_MS);
afterAll(() => books[Symbol.asyncDispose]());

const out = (reference: string, amountMinor: bigint, day = '2026-11-01'): ItemToWrite => {
  return { direction: 'debit', reference, amountMinor, day };
};
const back: ItemToWrite = { ...out('RAIL1', 30_000n), direction: 'credit' };
const write = (items: readonly ItemToWrite[], currency = 'EUR') =>
  writeCamt053({ items, currency, openingMinor: 0n, isBatched: false });
const compare = (text: string, wish: Partial<BankWish> = {}) =>
  compareBank(books.finance as never, { bytes: Buffer.from(text), daysWindow: 1, ...wish });
const found = ({ findings }: BankReport) =>
  findings.map(({ kind, legs, items, detail }) =>
    [kind, ...legs.map((leg) => `${leg.payoutId} ${leg.status}`), ...items.map((item) => item.place), detail]
      .filter((part) => part !== '')
      .join(', '),
  );

test('a statement of what the books say is in order', async () => {
  const report = await compare(write([out('RAIL1', 30_000n), back, out('RAIL3', 1_500n)]));
  expect(report).toMatchObject({
    matchedByReference: 3,
    matchedByAmountAndDay: 0,
    matchedMinor: { EUR: 61_500n },
    findings: [],
    refused: [],
  });
  expect(isBankInOrder(report)).toBe(true);
});

test('what differs is listed both ways', async () => {
  const report = await compare(
    write([out('RAIL1', 30_000n), out('RAIL1', 30_000n), out('RAIL3', 1_600n), out('FEES', 250n, '2026-11-02')]),
  );
  expect(found(report)).toEqual([
    'booked_twice, statement 1, entry 2',
    'amount_differs, po_3 settled, statement 1, entry 3',
    'not_at_bank, po_1 returned',
    'not_in_books, statement 1, entry 4',
  ]);
  expect(isBankInOrder(report)).toBe(false);
});

test('a payment that the books have not seen come back is named', async () => {
  const report = await compare(
    write([out('RAIL1', 30_000n), back, out('RAIL3', 1_500n), { ...back, reference: 'RAIL3' }]),
  );
  expect(found(report)).toEqual([
    'not_in_books, statement 1, entry 4, it names po_3 of mer_1, which has not come back in the books',
  ]);
});

test('a payout of the last day may be booked on the next statement', async () => {
  const report = await compare(write([out('RAIL1', 30_000n), back]));
  expect(found(report)).toEqual(['outstanding, po_3 settled']);
  expect(isBankInOrder(report)).toBe(true);
  expect(found(await compare(write([out('RAIL1', 30_000n), back]), { daysWindow: 0 }))).toEqual([
    'not_at_bank, po_3 settled',
  ]);
});

test('a statement that does not add up is refused with both figures, and nothing is matched', async () => {
  const report = await compare(write([out('RAIL1', 30_000n)]).replace('>300.00<', '>300.01<'));
  expect(report.refused).toEqual([expect.stringContaining('does not add up: opening 0 and booked ')]);
  expect(report.findings).toEqual([]);
  expect(isBankInOrder(report)).toBe(false);
});

test('payouts of other currencies are not looked for, nor those of other days', async () => {
  expect(found(await compare(write([out('X', 1n)], 'USD')))).toEqual(['not_in_books, statement 1, entry 1']);
  expect(found(await compare(write([out('X', 1n, '2026-12-24')]).replace('2026-11-01T', '2026-12-24T')))).toEqual([
    'not_in_books, statement 1, entry 1',
  ]);
});

test('an account is chosen by its name, and one that is not in the file is refused', async () => {
  expect((await compare(write([back]), { account: 'de 1' })).statements).toHaveLength(1);
  await expect(compare(write([back]), { account: 'DE2' })).rejects.toThrow('only of DE1');
});
