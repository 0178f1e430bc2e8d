import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { parseEvent, paymentCaptured, toJson } from '@northwind/events';
import { readMigrations } from '@northwind/projector';
import { reconcileMigrations } from '@northwind/reconcile';
import { openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import { deliveryMigrations } from '@northwind/webhooks';
import { createColors } from 'picocolors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const statement = (closing: string) => `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
  <BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>DE1</IBAN></Id></Acct>
    <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10</Amt><CdtDbtInd>CRDT</CdtDbtInd>
      <Dt><Dt>2026-11-01</Dt></Dt></Bal>
    <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
      <Dt><Dt>2026-11-01</Dt></Dt></Bal>
    <Ntry><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-01</Dt></BookgDt>
      <AcctSvcrRef>=HYPERLINK("http://a")</AcctSvcrRef></Ntry>
  </Stmt></BkToCstmrStmt></Document>`;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations, reconcileMigrations]);
  folder = mkdtempSync(path.join(tmpdir(), 'reconcile-'));
  writeFileSync(inFolder('right.xml'), statement('7.50'));
  writeFileSync(inFolder('wrong.xml'), statement('7.51'));
  writeFileSync(inFolder('hostile.xml'), '<!DOCTYPE d [<!ENTITY a "b">]><d/>');
  await using owner = openDatabase<unknown>({ url: database.url, applicationName: 'test', connectionsMax: 1 });
  const time = '2026-11-01T10:00:00Z';
  const body = toJson(paymentCaptured({ merchantId: 'm', paymentId: 'p', amount: 900, fee: 9, currency: 'EUR', time }));
  const parsed = parseEvent(body, { receivedAtMs: Date.parse(time) });
  if (!parsed.ok) throw new Error(parsed.rejection.message);
  await createEventLog(owner).append([{ event: parsed.event, messageId: null }]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const inFolder = (name: string) => path.join(folder, name);

async function reconcile(...options: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    isInteractive: false,
    color: createColors(false),
  };
  const exitCode = await runCli(['reconcile', ...options], { env: { DATABASE_URL: database.url }, terminal });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

test('today is provisional, and that is in order', async () => {
  const { exitCode, out } = await reconcile();
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^\d{4}-\d\d-\d\d {2}… provisional +1 +1 +0 .* 9\.00 EUR$/m);
  expect(out).toContain('0 certificates in the chain');
  expect(out).toMatch(/✓ everything agrees$/);
});

test('a booking that is no payout is listed, and the exit code is 1', async () => {
  const { exitCode, out } = await reconcile('--bank-statement', inFolder('right.xml'));
  expect(exitCode).toBe(1);
  expect(out).toMatch(/^DE1 +2026-11-01 +10\.00 EUR +-2\.50 EUR +7\.50 EUR +✓$/m);
  expect(out).toMatch(/^✗ at the bank, not in the books +2026-11-01 +2\.50 EUR out/m);
  expect(out).toMatch(/✗ something differs$/);
});

test('a statement that does not add up is refused with both figures, and the exit code is 1', async () => {
  const { exitCode, out } = await reconcile('--bank-statement', inFolder('wrong.xml'));
  expect(exitCode).toBe(1);
  expect(out).toContain('opening 1000 and booked -250 make 750, closing is 751 (minor units)');
});

test.each([
  ['a hostile file', ['--bank-statement', 'hostile.xml'], 'line 1, column 30: a DOCTYPE is not taken'],
  ['a file that is not there', ['--bank-statement', 'none.xml'], "can't be read"],
  ['an account that is not in it', ['--bank-statement', 'right.xml', '--account', 'DE2'], 'only of DE1'],
  ['a day to come', ['--day', '2999-01-01'], 'is yet to come'],
])('%s is exit code 2, and says why', async (_, options, why) => {
  const { exitCode, out, err } = await reconcile(
    ...options.map((each) => (each.endsWith('.xml') ? inFolder(each) : each)),
  );
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toContain(why);
});

test('a file is written as a whole, its formulas made text, and never over another one', async () => {
  const csv = inFolder('report.csv');
  const options = ['--bank-statement', inFolder('right.xml'), '--format', 'csv', '--output', csv];
  expect(await reconcile(...options)).toMatchObject({
    exitCode: 1,
    out: '',
    err: `✗ something differs: written to ${csv}`,
  });
  const text = readFileSync(csv, 'utf8');
  expect(text).toContain(`,not_in_books,EUR,,,,250,differs,,,"'=HYPERLINK(""http://a"")","statement 1, entry 1",\r\n`);
  expect(await reconcile(...options)).toMatchObject({ exitCode: 2 });
  writeFileSync(csv, 'older');
  expect(await reconcile(...options, '--force')).toMatchObject({ exitCode: 1 });
  expect(readFileSync(csv, 'utf8')).toBe(text);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('JSON has everything, with exact amounts', async () => {
  const { out } = await reconcile('--bank-statement', inFolder('right.xml'), '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({
    days: [{ certificates: { length: 17 }, trialBalance: null }],
    chain: { certificates: 0, problems: [] },
    tallies: [
      { check: 'conflict', ok: true },
      { check: 'rejected', ok: true },
    ],
    bank: { statements: [{ closing: { amountMinor: 750 } }], findings: [{ kind: 'not_in_books' }] },
  });
  expect(existsSync(inFolder('report.json'))).toBe(false);
});
