// Balances per merchant of the Online Retail file, computed from the CSV alone: no code of the project, no events.
// Usage: node tools/reference/online-retail-balances.mjs <csv or csv.gz>, prints JSON sorted by merchant, in pence.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const file = process.argv[2];
if (!file) {
  process.stderr.write('Usage: node tools/reference/online-retail-balances.mjs <csv or csv.gz>\n');
  process.exit(2);
}
const bytes = readFileSync(file);
const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
const [, ...rows] = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8').split(/\r?\n/);

const balances = {};
for (const row of rows) {
  if (row === '') continue;
  const [invoice, stockCode, quantity, , price] = row.split(',');
  // The value in thousandths of a penny is a whole number (prices have at most three decimals, so five digits do),
  // and below 2^53 for any line of a shop.
  const thousandths = Number(quantity) * Math.round(Number(price) * 100_000);
  const value = Math.sign(thousandths) * Math.floor((Math.abs(thousandths) + 500) / 1_000);
  const merchant = stockCode.slice(0, 3);
  balances[merchant] ??= { availableMinor: 0, grossMinor: 0, refundsMinor: 0, adjustmentsMinor: 0 };
  const balance = balances[merchant];
  if (value > 0) balance.grossMinor += value;
  else if (invoice.startsWith('C')) balance.refundsMinor -= value;
  else balance.adjustmentsMinor += value;
  balance.availableMinor += value;
}
const sorted = Object.entries(balances).sort(([a], [b]) => (a < b ? -1 : 1));
process.stdout.write(`${JSON.stringify(Object.fromEntries(sorted), (_, value) => (value === 0 ? 0 : value), 2)}\n`);
