import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeText, STATEMENT_BYTES_MAX } from './decode-text.ts';
import { DEPTH_MAX } from './parse-elements.ts';
import { readCamt053 } from './read-camt053.ts';

const file = (name: string) => readFileSync(new URL(`../../test/statements/${name}.xml`, import.meta.url));
const read = (name: string) => readCamt053(decodeText(file(name)));

test('a batch is its transactions, a reversal says so, and what is pending is not counted', () => {
  const [statement, ...more] = read('batch');
  expect(more).toEqual([]);
  expect(statement).toMatchObject({
    id: '2026-11-02-1',
    account: 'DE02120300000000202051',
    currency: 'EUR',
    opening: { amountMinor: 100_000n, day: '2026-10-30' },
    closing: { amountMinor: -19_950n, day: '2026-11-02' },
    bookedMinor: -119_950n,
    bookedEntries: 2,
    otherEntries: 1,
    notes: [],
  });
  const common = { account: 'DE02120300000000202051', currency: 'EUR', day: '2026-11-02' };
  expect(statement?.items).toEqual([
    {
      ...common,
      place: 'statement 1, entry 1, transaction 1',
      direction: 'debit',
      amountMinor: 100_000n,
      references: ['RAIL-A', 'BATCH-1'],
      isReversal: false,
    },
    {
      ...common,
      place: 'statement 1, entry 1, transaction 2',
      direction: 'debit',
      amountMinor: 29_950n,
      references: ['RAIL-B', 'BATCH-1'],
      isReversal: false,
    },
    {
      ...common,
      place: 'statement 1, entry 2',
      direction: 'credit',
      amountMinor: 10_000n,
      references: ['RAIL-C'],
      isReversal: true,
    },
  ]);
});

test('a prefix, other namespaces, two accounts and other decimals are read', () => {
  const statements = read('prefixed');
  expect(statements.map(({ account, currency, bookedMinor }) => [account, currency, bookedMinor])).toEqual([
    ['GB33BUKB20201555555555', 'GBP', -1_234n],
    ['0001-7654321', 'JPY', 0n],
  ]);
  expect(statements[0]).toMatchObject({ fromDay: '2026-11-01', toDay: '2026-11-02' });
  expect(statements[0]?.items[0]?.references).toEqual(['1', 'eb6305c9-1f7f-49de-aed0-16487c27b42d', 'FP-77']);
  expect(statements[1]?.opening.amountMinor).toBe(5_000n);
});

test('pages are one statement, in whatever order and encoding they come', () => {
  expect(read('pages')).toMatchObject([
    {
      opening: { amountMinor: 10_000n },
      closing: { amountMinor: 8_500n },
      bookedMinor: -1_500n,
      items: [{ references: ['RAIL-1'] }, { references: ['RAIL-2'] }],
    },
  ]);
});

const BATCH = file('batch').toString('utf8');
const changed = (from: string | RegExp, to: string) => {
  expect(BATCH).toMatch(from);
  return BATCH.replace(from, to);
};

test('a batch that does not come to its entry is told', () => {
  expect(readCamt053(changed('<Amt Ccy="EUR">299.50', '<Amt Ccy="EUR">299.49'))[0]?.notes).toEqual([
    'statement 1, entry 1: its transactions come to -129949, it is -129950',
  ]);
});

test('a batch without amounts is one item with the references of all', () => {
  const items = readCamt053(BATCH.replaceAll(/<AmtDtls>.*<\/AmtDtls>/g, ''))[0]?.items;
  expect(items?.[0]).toMatchObject({
    amountMinor: 129_950n,
    references: ['2026110210', 'RAIL-A', 'BATCH-1', 'RAIL-B'],
  });
});

test.each([
  ['another message', changed('camt.053.001.02', 'camt.052.001.02'), 'not Document of'],
  ['no XML', 'Date;Amount\n1;2', 'line 1'],
  ['nothing', '', 'no element'],
  ['an end that is missing', BATCH.slice(0, 2_000), 'Unclosed'],
  ['tags that cross', changed('</Amt><CdtDbtInd>', '<CdtDbtInd></Amt>'), 'line'],
  ['an amount with a comma', changed('1299.5', '1299,5'), '"1299,5" is not an amount'],
  ['an amount below zero', changed('1299.5', '-1299.5'), '"-1299.5" is not an amount'],
  ['an amount in another notation', changed('1299.5', '1e3'), '"1e3" is not an amount'],
  ['no amount', changed('1299.5', ''), 'is not an amount'],
  ['a tenth of a cent', changed('1299.5<', '1299.501<'), 'more exact than EUR, which has 2 decimals'],
  ['a currency that there is not', changed('Ccy="EUR">1299.5', 'Ccy="EUX">1299.5'), '"EUX" is not a currency'],
  ['no direction', changed('DBIT</CdtDbtInd><Sts>BOOK', 'XXXX</CdtDbtInd><Sts>BOOK'), 'CdtDbtInd is "XXXX"'],
  [
    'a day that there is not',
    changed('<BookgDt><Dt>2026-11-02', '<BookgDt><Dt>2026-11-31'),
    '"2026-11-31" is not a date',
  ],
  ['no closing', changed('CLBD', 'CLAV'), 'has no closing balance (CLBD) in EUR'],
  ['no opening', changed('PRCD', 'OPAV'), 'has no opening balance (OPBD) in EUR'],
  ['no account', changed(/<Acct>.*<\/Acct>/, ''), 'names no account'],
])('%s is refused, with the place', (_, text, why) => {
  expect(() => readCamt053(text)).toThrow(why);
});

test('an amount has the digits of its currency, and as many before them as the standard allows', () => {
  const amount = (text: string) => readCamt053(changed('1000.00</Amt><CdtDbtInd>CRDT', `${text}</Amt><CdtDbtInd>CRDT`));
  expect(amount('.5')[0]?.opening.amountMinor).toBe(50n);
  expect(amount('5.')[0]?.opening.amountMinor).toBe(500n);
  expect(amount('9007199254740993.01000')[0]?.opening.amountMinor).toBe(900_719_925_474_099_301n);
});

const LAUGHS = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');

test.each([
  ['entities that expand without end', `<!DOCTYPE d [<!ENTITY l0 "ha">${LAUGHS}]><d>&l10;</d>`, 'DOCTYPE is not taken'],
  [
    'an entity that is a file',
    `<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><d>&f;</d>`,
    'DOCTYPE is not taken',
  ],
  ['an entity of nowhere', changed('RAIL-A', '&f;'), 'Invalid character entity'],
  ['a document type without end', `<!DOCTYPE d [${' '.repeat(1_000_000)}`, 'Max buffer length exceeded: doctype'],
  ['tags within tags', changed('<GrpHdr>', '<GrpHdr>'.repeat(100_000)), `more than ${DEPTH_MAX} elements`],
])('%s: refused at once', (_, text, why) => {
  const startedMs = performance.now();
  expect(() => readCamt053(text)).toThrow(why);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('100 MB of nested tags are refused for their size, and just below it for their depth', () => {
  const tags = (bytes: number) => Buffer.alloc(bytes, '<Document>');
  expect(() => decodeText(tags(100 * 1024 * 1024))).toThrow(`at most ${STATEMENT_BYTES_MAX} are read`);
  const startedMs = performance.now();
  expect(() => readCamt053(decodeText(tags(STATEMENT_BYTES_MAX)))).toThrow('Document of no namespace');
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test.each([
  [
    'bytes that are not what they should be',
    Buffer.from([...Buffer.from('<?xml version="1.0"?><a>'), 0xe9]),
    'not utf-8',
  ],
  ['UTF-16 that says nothing of it', Buffer.from('<?xml version="1.0"?>', 'utf16le'), 'line 1'],
  ['an encoding of mainframes', Buffer.from('<?xml version="1.0" encoding="IBM037"?><a/>'), 'ibm037 is not one of'],
])('%s: refused', (_, bytes, why) => {
  expect(() => readCamt053(decodeText(bytes))).toThrow(why);
});

test('a byte order mark and UTF-16 are taken', () => {
  expect(readCamt053(decodeText(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), file('batch')])))).toHaveLength(1);
  expect(readCamt053(decodeText(Buffer.from(`\ufeff${BATCH}`, 'utf16le')))).toHaveLength(1);
});
