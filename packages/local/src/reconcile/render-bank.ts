/** The bank's statements for people: that they add up, how much of the books is on them, and what is not. */
import { formatMoney } from '@northwind/events';
import { BANK_FINDINGS, type BankFinding, type BankItem, type BankReport, type PayoutLeg } from '@northwind/reconcile';
import { formatTable } from '../cli/print-table.ts';
import { shorten } from '../cli/shorten.ts';

const FINDINGS_SHOWN = 50;
const REFERENCE_WIDTH = 40;
const DETAIL_WIDTH = 80;

export function renderBank(bank: BankReport): string[] {
  const { statements, refused, matchedByReference, matchedByAmountAndDay, matchedMinor } = bank;
  const table = formatTable(statements, [
    { title: 'account', value: ({ account }) => shorten(account, REFERENCE_WIDTH) },
    { title: 'days', value: ({ fromDay, toDay }) => (fromDay === toDay ? toDay : `${fromDay} to ${toDay}`) },
    { title: 'opening', value: (of) => formatMoney(of.opening.amountMinor, of.currency), align: 'right' },
    { title: 'booked', value: (of) => formatMoney(of.bookedMinor, of.currency), align: 'right' },
    { title: 'closing', value: (of) => formatMoney(of.closing.amountMinor, of.currency), align: 'right' },
    { title: 'adds up', value: (of) => (addsUp(of) ? '✓' : '✗') },
  ]);
  if (refused.length > 0) return ['', ...table.split('\n'), '', ...refused.map((why) => `✗ ${why}`)];
  const sums = Object.entries(matchedMinor).map(([currency, amount]) => formatMoney(amount, currency));
  const matched = `${matchedByReference} matched by reference, ${matchedByAmountAndDay} by amount and day`;
  return [
    '',
    ...table.split('\n'),
    '',
    `✓ ${matched}${sums.length > 0 ? `: ${sums.join(', ')}` : ''}`,
    ...findingLines(bank.findings),
  ];
}

const addsUp = ({ opening, bookedMinor, closing }: BankReport['statements'][number]) =>
  opening.amountMinor + bookedMinor === closing.amountMinor;

interface Row {
  readonly finding: BankFinding;
  readonly leg: PayoutLeg | null;
  readonly item: BankItem | null;
}

function findingLines(findings: readonly BankFinding[]): string[] {
  if (findings.length === 0) return [];
  const rows = findings.flatMap(toRows);
  const table = formatTable(rows.slice(0, FINDINGS_SHOWN), [
    {
      title: 'finding',
      value: ({ finding: { kind } }) => `${kind === 'outstanding' ? '…' : '✗'} ${BANK_FINDINGS[kind]}`,
    },
    { title: 'day', value: ({ leg, item }) => item?.day ?? leg?.day ?? '' },
    { title: 'books', value: ({ leg }) => (leg ? formatMoney(leg.amountMinor, leg.currency) : ''), align: 'right' },
    { title: 'bank', value: ({ item }) => (item ? describeItem(item) : ''), align: 'right' },
    { title: 'payout', value: ({ leg }) => (leg ? `${leg.payoutId} ${leg.status}` : '') },
    {
      title: 'references',
      value: ({ leg, item }) => shorten((item ?? leg)?.references.join(' ') ?? '', REFERENCE_WIDTH),
    },
    {
      title: 'where',
      value: ({ item, finding }) => shorten([item?.place, finding.detail].filter(Boolean).join(': '), DETAIL_WIDTH),
    },
  ]);
  const rest = rows.length - FINDINGS_SHOWN;
  return ['', ...table.split('\n'), ...(rest > 0 ? [`and ${rest} more; --format csv has them`] : [])];
}

/** A payout beside the item that it is compared with, where there is one of each. */
function toRows(finding: BankFinding): Row[] {
  const rows = Math.max(finding.legs.length, finding.items.length, 1);
  return Array.from({ length: rows }, (_, i) => {
    return { finding, leg: finding.legs[i] ?? null, item: finding.items[i] ?? null };
  });
}

function describeItem({ amountMinor, currency, direction }: BankItem): string {
  return `${formatMoney(amountMinor, currency)} ${direction === 'debit' ? 'out' : 'in'}`;
}
