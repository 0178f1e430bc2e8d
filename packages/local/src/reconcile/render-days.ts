/** The days for people: a line each, and below them what is not as it should be. */
import { formatMoney } from '@northwind/events';
import type { CertificateReport, CertificateStatus, DayReport, DaysReport, Line } from '@northwind/reconcile';
import { formatNumber } from '../cli/format-number.ts';
import { type Column, formatTable } from '../cli/print-table.ts';
import { shorten } from '../cli/shorten.ts';

/** Worst first: a day is as good as the worst of its partitions. */
const MARKS: Readonly<Record<CertificateStatus, string>> = {
  changed: '✗',
  differs: '✗',
  waiting: '…',
  provisional: '…',
  certified: '✓',
  confirmed: '✓',
};
const LINES_SHOWN = 50;
const WIDTH = 110;
const NO_CURRENCY = 'XXX';

export function renderDays({ days, chain, tallies }: DaysReport): string[] {
  if (days.length === 0) return ['nothing was taken in in these days'];
  const wrong = [
    ...chain.problems.map((problem) => `✗ chain: ${problem}`),
    ...tallies.filter(({ ok }) => !ok).map(describeTally),
  ];
  return [
    ...formatTable(days, COLUMNS).split('\n'),
    ...differenceLines(days),
    ...noteLines(days),
    ...(wrong.length > 0 ? ['', ...wrong] : []),
    '',
    `${chain.certificates} certificates in the chain`,
  ];
}

const COLUMNS: readonly Column<DayReport>[] = [
  { title: 'day', value: ({ day }) => day },
  { title: 'completeness', value: (day) => `${MARKS[worstOf(day)]} ${worstOf(day)}` },
  { title: 'received', value: (day) => sum(day, (one) => [one.certificate.received]), align: 'right' },
  ...(['appended', 'duplicate', 'conflict', 'rejected'] as const).map((outcome) => ({
    title: outcome,
    value: (day: DayReport) =>
      sum(day, ({ certificate }) => certificate.intake.flatMap((of) => (of.outcome === outcome ? of.messages : []))),
    align: 'right' as const,
  })),
  { title: 'deliveries', value: (day) => sum(day, ({ certificate }) => countsOf(certificate.lines)), align: 'right' },
  {
    title: 'acknowledged',
    value: (day) => sum(day, ({ certificate }) => certificate.acknowledged.map(({ count }) => count)),
    align: 'right',
  },
  { title: 'trial balance', value: ({ trialBalance }) => describeBalance(trialBalance) },
  { title: 'appended money', value: (day) => moneyOf(day) },
];

const countsOf = (lines: readonly Line[]) =>
  lines.flatMap(({ check, actual }) => (check === 'deliveries' ? actual.count : []));

function worstOf({ certificates }: DayReport): CertificateStatus {
  const statuses = new Set(certificates.map(({ status }) => status));
  return (Object.keys(MARKS) as CertificateStatus[]).find((status) => statuses.has(status)) ?? 'provisional';
}

function sum({ certificates }: DayReport, pick: (certificate: CertificateReport) => readonly bigint[]): string {
  return formatNumber(certificates.flatMap(pick).reduce((total, count) => total + count, 0n));
}

function moneyOf({ certificates }: DayReport): string {
  const sums = new Map<string, bigint>();
  for (const { outcome, currency, amountMinor } of certificates.flatMap(({ certificate }) => certificate.intake)) {
    if (outcome !== 'appended' || currency === NO_CURRENCY) continue;
    sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  }
  return [...sums].map(([currency, amount]) => formatMoney(amount, currency)).join(', ');
}

function describeBalance(balance: DayReport['trialBalance']): string {
  if (balance === null) return '…';
  const wrong = balance.filter(({ sumMinor }) => sumMinor !== 0n);
  if (wrong.length === 0) return '✓ zero';
  return `✗ ${wrong.map(({ sumMinor, currency }) => formatMoney(sumMinor, currency)).join(', ')}`;
}

interface Difference {
  readonly day: string;
  readonly partition: number;
  readonly line: Line;
  /** The first event that makes it differ; null where only the whole day can be compared. */
  readonly offset: bigint | null;
}

function differenceLines(days: readonly DayReport[]): string[] {
  const differences = days.flatMap(({ day, certificates }) =>
    certificates.flatMap(({ certificate: { partition, lines, signedOff }, places }) =>
      lines.flatMap((line): Difference[] => {
        if (line.ok || signedOff) return [];
        const place = places.find(({ check, currency }) => check === line.check && currency === line.currency);
        return [{ day, partition, line, offset: place?.offset ?? null }];
      }),
    ),
  );
  if (differences.length === 0) return [];
  const table = formatTable(differences.slice(0, LINES_SHOWN), [
    { title: '✗ day', value: ({ day }) => day },
    { title: 'partition', value: ({ partition }) => String(partition), align: 'right' },
    { title: 'check', value: ({ line }) => line.check },
    { title: 'expected', value: ({ line }) => describeFigure(line.expected, line.currency), align: 'right' },
    { title: 'found', value: ({ line }) => describeFigure(line.actual, line.currency), align: 'right' },
    { title: 'from event', value: ({ partition, offset }) => (offset === null ? '' : `${partition}/${offset}`) },
  ]);
  return ['', ...table.split('\n'), ...more(differences.length)];
}

function describeFigure({ count, amountMinor }: Line['expected'], currency: string): string {
  if (currency === NO_CURRENCY) return String(count);
  const money = formatMoney(amountMinor, currency);
  return count === 0n ? money : `${count} of ${money}`;
}

function describeTally({ check, expected, actual }: Line): string {
  return `✗ ${check}: ${expected.count} messages tallied over all days, ${actual.count} counted where they are kept`;
}

/** Of partitions that changed or wait, and of those that somebody signed off. */
function noteLines(days: readonly DayReport[]): string[] {
  const notes = days.flatMap(({ day, certificates }) =>
    certificates.flatMap(({ status, notes: of, certificate: { partition } }) =>
      of.map((note) => `${MARKS[status]} ${day}, partition ${partition}: ${shorten(note, WIDTH)}`),
    ),
  );
  return notes.length === 0 ? [] : ['', ...notes.slice(0, LINES_SHOWN), ...more(notes.length)];
}

const more = (count: number) =>
  count > LINES_SHOWN ? [`and ${count - LINES_SHOWN} more; --format json has them`] : [];
