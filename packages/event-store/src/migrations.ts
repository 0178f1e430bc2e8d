import type { MigrationSet } from '@northwind/service-kit';

/** Schema `ledger`. */
export const ledgerMigrations: MigrationSet = {
  schema: 'ledger',
  folder: new URL('../migrations/', import.meta.url).pathname,
};
