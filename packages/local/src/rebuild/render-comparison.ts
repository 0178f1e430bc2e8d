/** Two generations side by side, for people: what is equal in a line each, what differs down to its event. */
import { formatMoney } from '@northwind/events';
import type { Comparison, MerchantDifference, MoneyComparison } from '@northwind/projector';
import { formatNumber } from '../cli/format-number.ts';
import { formatTable } from '../cli/print-table.ts';

export function renderComparison(comparison: Comparison): string[] {
  const { active, candidate, tables, onlyInActive, onlyInCandidate, isEqual, offsets } = comparison;
  const left = `generation ${active.generation}`;
  const right = `generation ${candidate.generation}`;
  const events = [...offsets.values()].reduce((sum, offset) => sum + offset, 0n);
  const rows = formatTable(tables, [
    { title: 'rows of', value: ({ table }) => table },
    { title: left, value: ({ activeRows }) => formatNumber(activeRows), align: 'right' },
    { title: right, value: ({ candidateRows }) => formatNumber(candidateRows), align: 'right' },
    { title: '', value: (table) => mark(table.isEqual) },
  ]);
  const hashes = `${short(active.hash)}  ${isEqual ? '=' : '≠'}  ${short(candidate.hash)}`;
  return [
    ...rows.split('\n'),
    ...renderMoney(comparison.money, { left, right }),
    '',
    `hash ${hashes}  after ${formatNumber(events)} events`,
    ...(onlyInCandidate.length > 0 ? [`new, with nothing to compare: ${onlyInCandidate.join(', ')}`] : []),
    ...(onlyInActive.length > 0 ? [`no longer there, with nothing to compare: ${onlyInActive.join(', ')}`] : []),
    isEqual ? 'equal to the cent' : `${formatNumber(comparison.merchantsDiffering)} merchants differ`,
    ...comparison.differences.flatMap((difference) => renderDifference(difference, { left, right })),
    ...renderMore(comparison),
  ];
}

interface Names {
  readonly left: string;
  readonly right: string;
}

function renderMoney(money: readonly MoneyComparison[], { left, right }: Names): string[] {
  if (money.length === 0) return [];
  const moved = money.filter(({ activeMinor, candidateMinor }) => activeMinor !== 0n || candidateMinor !== 0n);
  const table = formatTable(moved, [
    { title: 'money on', value: ({ account, currency }) => `${account} ${currency}` },
    { title: left, value: ({ activeMinor, currency }) => formatMoney(activeMinor, currency), align: 'right' },
    { title: right, value: ({ candidateMinor, currency }) => formatMoney(candidateMinor, currency), align: 'right' },
    { title: '', value: ({ activeMinor, candidateMinor }) => mark(activeMinor === candidateMinor) },
  ]);
  return ['', ...table.split('\n')];
}

function renderDifference({ merchantId, tables, first }: MerchantDifference, { left, right }: Names): string[] {
  const counts = tables.map(({ table, rows }) => `${table} ${formatNumber(rows)}`).join(', ');
  const event = first.eventType === null ? 'an event' : `${first.eventType} of ${first.subject}`;
  const columns = first.active === null || first.candidate === null ? ['(the row)'] : first.columns;
  const parts = formatTable(columns, [
    { title: `    ${first.table}`, value: (column) => `    ${column}` },
    { title: left, value: (column) => tell(first.active, column), align: 'right' },
    { title: right, value: (column) => tell(first.candidate, column), align: 'right' },
  ]);
  return [
    '',
    `${merchantId}: rows that differ: ${counts}`,
    `  they part at ${first.partition}:${first.offset}, ${event}`,
    ...parts.split('\n'),
  ];
}

function renderMore({ merchantsDiffering, differences }: Comparison): string[] {
  const more = merchantsDiffering - differences.length;
  return more > 0 ? ['', `and ${formatNumber(more)} merchants more`] : [];
}

function tell(row: FirstRow, column: string): string {
  if (row === null) return 'none';
  return column === '(the row)' ? 'there' : (row[column] ?? 'null');
}

type FirstRow = MerchantDifference['first']['active'];

const short = (hash: string) => `${hash.slice(0, 16)}…`;

const mark = (isEqual: boolean) => (isEqual ? '✓' : '✗');
