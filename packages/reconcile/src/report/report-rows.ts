/** The whole report as one table: a row for whatever was compared, whichever part it belongs to. */
import type { BankFinding, BankReport } from '../bank/compare-bank.ts';
import type { CertificateReport } from '../certificate/certify-day.ts';
import type { Line } from '../certificate/figures.ts';
import type { DayReport, DaysReport } from '../reconcile-days.ts';
import type { Cell } from './csv.ts';

export interface ReconcileReport extends DaysReport {
  /** Null unless there was a statement to compare. */
  readonly bank: BankReport | null;
}

export const REPORT_COLUMNS = [
  'section',
  'day',
  'partition',
  'check',
  'currency',
  'expected_count',
  'actual_count',
  'expected_minor',
  'actual_minor',
  'result',
  'payout_id',
  'merchant_id',
  'reference',
  'place',
  'detail',
] as const;

type Row = Partial<Record<(typeof REPORT_COLUMNS)[number], Cell>>;

/** Cells in the order of REPORT_COLUMNS. */
export function reportRows(report: ReconcileReport): Cell[][] {
  const rows: Row[] = [
    ...report.days.flatMap(dayRows),
    ...report.tallies.map((line) => ({ section: 'tally', ...lineCells(line) })),
    ...report.chain.problems.map((detail) => ({ section: 'chain', result: 'broken', detail })),
    ...(report.bank === null ? [] : bankRows(report.bank)),
  ];
  return rows.map((row) => REPORT_COLUMNS.map((column) => row[column] ?? null));
}

function dayRows({ day, certificates, trialBalance }: DayReport): Row[] {
  const balances = (trialBalance ?? []).flatMap(({ currency, accounts, sumMinor }): Row[] => [
    ...Object.entries(accounts).map(([check, actual_minor]) => ({ check, currency, actual_minor })),
    { check: 'sum', currency, expected_minor: 0n, actual_minor: sumMinor, result: sumMinor === 0n ? 'ok' : 'differs' },
  ]);
  return [
    ...certificates.flatMap(certificateRows),
    ...balances.map((row) => ({ section: 'trial_balance', day, ...row })),
  ];
}

function certificateRows({ status, certificate, hash, notes, places }: CertificateReport): Row[] {
  const { day, partition, received, intake, lines, acknowledged } = certificate;
  const rows: Row[] = [
    { check: 'certificate', actual_count: received, result: status, reference: hash, detail: notes.join('; ') },
    ...intake.map(({ outcome, currency, messages, amountMinor }) => {
      return { check: `intake.${outcome}`, currency, actual_count: messages, actual_minor: amountMinor };
    }),
    ...lines.map((line) => {
      const place = places.find(({ check, currency }) => check === line.check && currency === line.currency);
      return { ...lineCells(line), place: place ? `from ${partition}/${place.offset}` : null };
    }),
    ...acknowledged.map(({ currency, count, amountMinor }) => {
      return { check: 'acknowledged', currency, actual_count: count, actual_minor: amountMinor };
    }),
  ];
  return rows.map((row) => ({ section: 'certificate', day, partition, ...row }));
}

function lineCells({ check, currency, expected, actual, ok }: Line): Row {
  return {
    check,
    currency,
    expected_count: expected.count,
    actual_count: actual.count,
    expected_minor: expected.amountMinor,
    actual_minor: actual.amountMinor,
    result: ok ? 'ok' : 'differs',
  };
}

function bankRows({ statements, findings }: BankReport): Row[] {
  const balances = statements.map(({ toDay, currency, account, opening, closing, bookedMinor, id }): Row => {
    const expected_minor = opening.amountMinor + bookedMinor;
    const result = expected_minor === closing.amountMinor ? 'ok' : 'refused';
    const figures = { expected_minor, actual_minor: closing.amountMinor, result };
    return { day: toDay, check: 'closing', currency, ...figures, reference: id, place: account };
  });
  return [...balances, ...findings.flatMap(findingRows)].map((row) => ({ section: 'bank', ...row }));
}

/** A row for each payout and for each item of the bank that it is about. */
function findingRows({ kind, legs, items, detail }: BankFinding): Row[] {
  const of = { check: kind, result: kind === 'outstanding' ? 'open' : 'differs', detail };
  if (legs.length + items.length === 0) return [of];
  return [
    ...legs.map(({ day, currency, amountMinor, payoutId, merchantId, references, status }) => ({
      ...of,
      day,
      currency,
      expected_minor: amountMinor,
      payout_id: payoutId,
      merchant_id: merchantId,
      reference: references.join(' '),
      place: `books, ${status}`,
    })),
    ...items.map(({ day, currency, amountMinor, references, place }) => {
      return { ...of, day, currency, actual_minor: amountMinor, reference: references.join(' '), place };
    }),
  ];
}
