import type { MigrationSet } from '@northwind/service-kit';

/** Schema `access`. */
export const accessMigrations: MigrationSet = {
  schema: 'access',
  folder: new URL('../../migrations/', import.meta.url),
};
