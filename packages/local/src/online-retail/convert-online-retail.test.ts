import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CloudEvent } from '@northwind/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertOnlineRetail } from './convert-online-retail.ts';

const EXCERPT = path.resolve(import.meta.dirname, '../../data/online-retail-excerpt.csv.gz');
const REFERENCE = path.resolve(import.meta.dirname, '../../../../tools/reference/online-retail-balances.mjs');
const HEADER = 'InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'online-retail-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function convert(csv: string): Promise<CloudEvent<Record<string, unknown>>[]> {
  const from = path.join(folder, 'in.csv');
  const to = path.join(folder, 'out.ndjson');
  writeFileSync(from, csv);
  await convertOnlineRetail({ from, to });
  return readEvents(readFileSync(to, 'utf8'));
}

const readEvents = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('the excerpt becomes events whose sums are those of an independent computation', async () => {
  const to = path.join(folder, 'excerpt.ndjson.gz');
  const summary = await convertOnlineRetail({ from: EXCERPT, to });
  expect(summary).toEqual({ lines: 10_000, payments: 9_776, refunds: 194, adjustments: 30, merchants: 102 });

  const balances: Record<string, Record<string, number>> = {};
  for (const { type, data } of readEvents(gunzipSync(readFileSync(to)).toString())) {
    balances[data.merchantId] ??= { availableMinor: 0, grossMinor: 0, refundsMinor: 0, adjustmentsMinor: 0 };
    const balance = balances[data.merchantId] as Record<string, number>;
    const column = { 'payment.captured': 'grossMinor', 'refund.succeeded': 'refundsMinor' }[type as string];
    balance[column ?? 'adjustmentsMinor'] = (balance[column ?? 'adjustmentsMinor'] ?? 0) + data.amount;
    balance.availableMinor = (balance.availableMinor ?? 0) + (type === 'refund.succeeded' ? -data.amount : data.amount);
  }
  expect(balances).toEqual(JSON.parse(execFileSync(process.execPath, [REFERENCE, EXCERPT], { encoding: 'utf8' })));
});

test('every line becomes the event that its kind says, timed by its place in the invoice', async () => {
  const events = await convert(
    [
      HEADER,
      '536365,85123A,6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
      '536365,POST,1,2010-12-01 08:26:00,18.00,17850,United Kingdom',
      'C536379,85123A,-1,2010-12-01 09:41:00,2.55,17850,United Kingdom',
      'C536380,22960,-2,2010-12-01 09:42:00,4.25,,France',
      'A563186,B,1,2011-08-12 14:51:00,-11062.06,,United Kingdom',
      '536414,22139,56,2010-12-01 11:52:00,0.0,,United Kingdom',
    ].join('\n'),
  );
  const told = events.map(({ type, subject, time, data }) => [type, subject, time, data.merchantId, data.amount]);
  expect(told).toEqual([
    ['payment.captured', '536365-1', '2010-12-01T08:26:00.000001Z', '851', 1530],
    ['payment.captured', '536365-2', '2010-12-01T08:26:00.000002Z', 'POS', 1800],
    ['refund.succeeded', 'C536379-1', '2010-12-01T09:41:00.000001Z', '851', 255],
    ['refund.succeeded', 'C536380-1', '2010-12-01T09:42:00.000001Z', '229', 850],
    ['adjustment.posted', 'A563186-1', '2011-08-12T14:51:00.000001Z', 'B', -1106206],
    ['adjustment.posted', '536414-1', '2010-12-01T11:52:00.000001Z', '221', 0],
  ]);
  expect(events[2]?.data.paymentId).toBe('536365-1');
  expect(events[3]?.data.paymentId).toBe('unknown-of-C536380-1');
});

test.each([
  ['', 'the file is empty'],
  ['a,b\n1,2\n', 'line 1: the columns are a,b'],
  [`${HEADER}\n536365,85123A,six,2010-12-01 08:26:00,2.55,17850,France\n`, 'line 2: Quantity "six"'],
])('a CSV that is not the expected one is refused with the place (%#)', async (csv, message) => {
  await expect(convert(csv)).rejects.toThrow(message);
});

test('a file that is not there is refused', async () => {
  const missing = convertOnlineRetail({ from: path.join(folder, 'missing.csv'), to: path.join(folder, 'out') });
  await expect(missing).rejects.toThrow('ENOENT');
});
