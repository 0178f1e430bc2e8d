import type { MigrationSet } from '@northwind/service-kit';

/** Schema `reconcile`. Comes after `ledger`, whose guard keeps certificates append-only. */
export const reconcileMigrations: MigrationSet = {
  schema: 'reconcile',
  folder: new URL('../migrations/', import.meta.url),
};
