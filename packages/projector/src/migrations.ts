import type { MigrationSet } from '@northwind/service-kit';

/** Schema `read`, and the schema of each generation. Comes after the ledger's. */
export const readMigrations: MigrationSet = {
  schema: 'read',
  folder: new URL('../migrations/', import.meta.url).pathname,
};
