export { CERTIFICATE_STATUSES, type CertificateReport, type CertificateStatus } from './certificate/certify-day.ts';
export { ReconcileError } from './certificate/reconcile-error.ts';
export { reconcileMigrations } from './migrations.ts';
export { type DayReport, type DaysReport, type DaysWish, isInOrder, reconcileDays } from './reconcile-days.ts';
