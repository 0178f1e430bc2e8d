export type { BankItem, BankStatement } from './bank/bank-statement.ts';
export {
  BANK_FINDINGS,
  type BankFinding,
  type BankReport,
  type BankWish,
  compareBank,
  isBankInOrder,
} from './bank/compare-bank.ts';
export { STATEMENT_BYTES_MAX } from './bank/decode-text.ts';
export type { PayoutLeg } from './bank/match-payouts.ts';
export { BankStatementError } from './bank/statement-error.ts';
export type { Certificate } from './certificate/certificate.ts';
export { CERTIFICATE_STATUSES, type CertificateReport, type CertificateStatus } from './certificate/certify-day.ts';
export type { Figure, Line } from './certificate/figures.ts';
export { reconcileMigrations } from './migrations.ts';
export { type DayReport, type DaysReport, type DaysWish, isInOrder, reconcileDays } from './reconcile-days.ts';
export { DayToComeError, ReconcileError } from './reconcile-error.ts';
export { type Cell, toCsv } from './report/csv.ts';
export { REPORT_COLUMNS, type ReconcileReport, reportRows } from './report/report-rows.ts';
