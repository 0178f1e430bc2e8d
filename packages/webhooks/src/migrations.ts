import type { MigrationSet } from '@northwind/service-kit';

/** Schema `delivery`. Comes after `ledger` and `read`: registering an endpoint reads the merchant's latest payout. */
export const deliveryMigrations: MigrationSet = {
  schema: 'delivery',
  folder: new URL('../migrations/', import.meta.url),
};
