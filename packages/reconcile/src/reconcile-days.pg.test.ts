import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FOUR_DAYS_MS, openFourDays } from '../test/four-days.ts';
import type { Books } from '../test/open-books.ts';
import { addDays } from './day.ts';
import { type DaysReport, isInOrder, reconcileDays } from './reconcile-days.ts';

// mer_1 is in partition 13, mer_2 in 15.
let books: Books;
let today: string;
beforeEach(async () => {
  books = await openFourDays();
  today = await books.today();
}, FOUR_DAYS_MS);
afterEach(() => books[Symbol.asyncDispose]());

const run = (wish = {}) => reconcileDays(books.finance, wish);
const statuses = ({ days }: DaysReport) =>
  days.map(({ certificates }) => [...new Set(certificates.map(({ status }) => status))].join());
const find = (report: DaysReport, daysAgo: number, partition: number) => {
  const day = report.days.find((found) => found.day === addDays(today, -daysAgo));
  const certificate = day?.certificates.find((found) => found.certificate.partition === partition);
  if (certificate === undefined) throw new Error(`no certificate of partition ${partition}, ${daysAgo} days ago`);
  return certificate;
};
/** What is wrong, as `days ago/partition what`. */
const wrong = ({ days, chain, tallies }: DaysReport) => [
  ...days.flatMap(({ day, certificates }) =>
    certificates.flatMap(({ certificate, notes, status }) => {
      const daysAgo = (Date.parse(today) - Date.parse(day)) / 86_400_000;
      const lines = certificate.lines.filter(({ ok }) => !ok).map(({ check, currency }) => `${check} ${currency}`);
      const changed = status === 'changed' ? notes : [];
      return [...lines, ...changed].map((what) => `${daysAgo}/${certificate.partition} ${what}`);
    }),
  ),
  ...chain.problems,
  ...tallies.filter(({ ok }) => !ok).map(({ check }) => `tally of ${check}`),
];

test('days that are over are certified, today is not kept, and every figure is there', async () => {
  const report = await run();
  expect(statuses(report)).toEqual(['certified', 'certified', 'certified', 'provisional']);
  expect(isInOrder(report)).toBe(true);
  expect(report.chain).toEqual({ certificates: 51, problems: [] });
  expect(
    report.days.map(({ trialBalance }) => trialBalance?.map(({ currency, sumMinor }) => [currency, sumMinor])),
  ).toEqual([
    ...Array(3).fill([
      ['EUR', 0n],
      ['USD', 0n],
    ]),
    undefined,
  ]);
  const first = find(report, 3, 13).certificate;
  expect(first).toMatchObject({ firstOffset: 0n, lastOffset: 1n, received: 4n, previous: null });
  expect(first.intake.map(({ outcome, messages, amountMinor }) => [outcome, messages, amountMinor])).toEqual([
    ['appended', 2n, 130_000n],
    ['conflict', 1n, 1n],
    ['duplicate', 1n, 100_000n],
  ]);
  expect(find(report, 3, -1).certificate).toMatchObject({ received: 1n, firstOffset: null, lines: [] });
  expect(find(report, 2, 13).certificate).toMatchObject({
    firstOffset: 2n,
    lastOffset: 8n,
    acknowledged: [{ currency: 'EUR', count: 2n, amountMinor: 31_500n }],
    previous: find(report, 3, 13).hash,
  });
  expect(find(report, 0, 13)).toMatchObject({ status: 'provisional', hash: null });
});

test('a certificate is the same to the byte when it is made again, and its hash is that of its text', async () => {
  const before = await run();
  const after = await run({ fromDay: addDays(today, -3) });
  expect(statuses(after)).toEqual(['confirmed', 'confirmed', 'confirmed', 'provisional']);
  expect(find(after, 2, 13).hash).toBe(find(before, 2, 13).hash);
  expect(isInOrder(after)).toBe(true);
  const { rows } = await sql<{ body: string; hash: Buffer }>`select body, hash from reconcile.certificates`.execute(
    books.db,
  );
  for (const { body, hash } of rows) expect(createHash('sha256').update(body).digest()).toEqual(hash);
});

test('two runs at once make one chain', async () => {
  const reports = await Promise.all([run(), run()]);
  expect(reports.map(isInOrder)).toEqual([true, true]);
  expect(statuses(await run({ fromDay: addDays(today, -3) }))).toEqual([...Array(3).fill('confirmed'), 'provisional']);
});

test('a day is kept waiting by a consumer, and so are those after it', async () => {
  await books.tamper(
    `alter table ledger.consumer_offsets disable trigger all`,
    `update ledger.consumer_offsets set next_offset = 5 where consumer_group = 'webhooks' and partition = 13`,
    `alter table ledger.consumer_offsets enable trigger all`,
  );
  const report = await run();
  expect(find(report, 3, 13).status).toBe('certified');
  expect(find(report, 2, 13)).toMatchObject({
    status: 'waiting',
    notes: ['waits for webhooks, which are at offset 5 of 9'],
  });
  expect(find(report, 2, 15).status).toBe('certified');
  expect(find(report, 1, 13).status).toBe('waiting');
  expect(isInOrder(report)).toBe(true);
});

test('a day to come is refused', async () => {
  await expect(run({ toDay: addDays(today, 1) })).rejects.toThrow('is yet to come');
});

test('nobody changes a certificate, and who reconciles only adds', async () => {
  await run();
  const change = sql`update reconcile.certificates set certified_at = now()`;
  await expect(change.execute(books.db)).rejects.toThrow('append-only');
  await expect(change.execute(books.finance)).rejects.toThrow('permission denied');
  await expect(sql`delete from ledger.intake`.execute(books.finance)).rejects.toThrow('permission denied');
});

const CENT =
  'update read_g1.journal set bank_minor = bank_minor + 1, payout_in_transit_minor = payout_in_transit_minor - 1';

test.each([
  [
    'the count of a tally',
    `update ledger.intake set messages = messages - 1
     where outcome = 'appended' and partition = 13 and amount_minor > 100000`,
    ['3/13 appended EUR', '2/13 appended EUR'],
  ],
  [
    'a cent in the journal',
    `${CENT} where "offset" = 7`,
    ['2/13 payout.bank EUR', '2/13 payout.payout_in_transit EUR'],
  ],
  [
    'what a merchant may be paid',
    `update read_g1.statements set adjustments_minor = adjustments_minor + 1, closing_minor = closing_minor + 1
     where day = (now() at time zone 'UTC')::date - 3 and currency = 'USD'`,
    ['3/15 statements USD'],
  ],
  ['a payment', 'update read_g1.payments set amount_minor = 1 where currency = $$USD$$', ['3/15 rows.payments USD']],
  ['a fact of a payout', `delete from read_g1.payout_facts where "offset" = 6`, ['2/13 rows.payout_facts XXX']],
  [
    'the time of a dispute',
    `update read_g1.disputes set opened_at = null where dispute_id = 'dp_1'`,
    [
      '1/13 dispute.dispute_reserve EUR',
      '1/13 dispute.merchant_payable EUR',
      '2/13 dispute.dispute_reserve EUR',
      '2/13 dispute.merchant_payable EUR',
      '2/13 rows.dispute_facts XXX',
    ],
  ],
  [
    'a transition',
    `delete from read_g1.payout_transitions where status = 'returned'`,
    ['1/13 transitions.returned EUR'],
  ],
  ['a delivery', 'delete from delivery.deliveries where "offset" = 7', ['2/13 deliveries EUR']],
  [
    'the amount of an event',
    `update ledger.events set data = data || '{"amount": 4001}' where type = 'refund.succeeded'`,
    [
      '2/13 appended EUR',
      '2/13 refund.merchant_payable EUR',
      '2/13 refund.processor_receivable EUR',
      '2/13 rows.refunds EUR',
    ],
  ],
  ['a conflict', 'delete from ledger.conflicts', ['tally of conflict']],
  ['a rejection', 'update ledger.rejections set seen = 2', ['tally of rejected']],
])('a change of %s is found and named, before it is certified', async (_, statement, found) => {
  await (statement.includes(' ledger.') ? books.breakGlass(statement) : sql.raw(statement).execute(books.db));
  const report = await run();
  expect(wrong(report).sort()).toEqual([...found].sort());
  expect(isInOrder(report)).toBe(false);
});

test.each([
  [
    'a tally of duplicates',
    `delete from ledger.intake where outcome = 'duplicate'`,
    [
      '3/13 received was 4, is 3',
      '3/13 intake EUR duplicate amountMinor was 100000, is not there',
      '3/13 intake EUR duplicate messages was 1, is not there',
    ],
  ],
  [
    'a receipt',
    `delete from delivery.attempts a using delivery.deliveries d
     where d.delivery_id = a.delivery_id and d."offset" = 7`,
    ['2/13 acknowledged EUR count was 2, is 1', '2/13 acknowledged EUR amountMinor was 31500, is 1500'],
  ],
])('a change of %s is found and named, after it was certified', async (_, statement, found) => {
  await run();
  await (statement.includes(' ledger.') ? books.breakGlass(statement) : sql.raw(statement).execute(books.db));
  const report = await run({ fromDay: addDays(today, -3) });
  expect(wrong(report).sort()).toEqual([...found].sort());
  expect(isInOrder(report)).toBe(false);
});

test('a difference is followed down to the event where it begins', async () => {
  await sql.raw(`${CENT} where "offset" = 7`).execute(books.db);
  await sql`update read_g1.refunds set amount_minor = 1`.execute(books.db);
  expect(find(await run(), 2, 13).places).toEqual([
    { check: 'rows.refunds', currency: 'EUR', offset: 2n },
    { check: 'payout.bank', currency: 'EUR', offset: 7n },
    { check: 'payout.payout_in_transit', currency: 'EUR', offset: 7n },
  ]);
});

test('a difference that stays is signed off with name and reason, and the days after it go on', async () => {
  await sql.raw(`${CENT} where "offset" = 7`).execute(books.db);
  expect(find(await run(), 1, 13).status).toBe('waiting');
  const day = addDays(today, -2);
  const signOff = { by: 'ada', reason: 'INC-17' };
  const signed = await run({ fromDay: day, toDay: day, signOff });
  expect(find(signed, 2, 13)).toMatchObject({
    status: 'certified',
    notes: ['signed off by ada: INC-17'],
    certificate: { signedOff: signOff },
  });
  expect(find(signed, 2, 15).certificate.signedOff).toBeNull();
  expect(isInOrder(signed)).toBe(true);
  const after = await run({ fromDay: day });
  expect([find(after, 2, 13).status, find(after, 1, 13).status]).toEqual(['confirmed', 'certified']);
});

const FORGED = `replace(body, '"received":7', '"received":8')`;

test.each([
  [
    'changed with a new hash',
    `update reconcile.certificates set body = ${FORGED}, hash = sha256(convert_to(${FORGED}, 'UTF8'))
     where partition = 13 and body like '%"received":7%'`,
    'the day before was changed after this one was certified',
    1,
  ],
  [
    'taken away',
    `delete from reconcile.certificates where partition = 13 and previous is null`,
    'the day before is gone',
    2,
  ],
])('a certificate that was %s breaks the chain', async (_, statement, problem, daysAgo) => {
  await run();
  await books.tamper(statement);
  const report = await run();
  expect(report.chain.problems).toEqual([`partition 13, ${addDays(today, -daysAgo)}: ${problem}`]);
  expect(isInOrder(report)).toBe(false);
});
