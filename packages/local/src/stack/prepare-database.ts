import type { AccessTables, Role } from '@northwind/query-api';
import { type AppliedMigration, openDatabase } from '@northwind/service-kit';
import type { StackFile } from './stack-file.ts';
import { DEMO_MERCHANT } from './stack-options.ts';

/** All migrations, in the order in which they build on each other. Returns those that were missing. */
export async function migrateAll(databaseUrl: string): Promise<readonly AppliedMigration[]> {
  const [{ migrate }, { ledgerMigrations }, { readMigrations }, { deliveryMigrations }, { accessMigrations }] =
    await Promise.all([
      import('@northwind/service-kit'),
      import('@northwind/event-store'),
      import('@northwind/projector'),
      import('@northwind/webhooks'),
      import('@northwind/query-api'),
    ]);
  return migrate(databaseUrl, [ledgerMigrations, readMigrations, deliveryMigrations, accessMigrations]);
}

/** One API key for each role, for whoever tries things out. */
export async function makeKeys(databaseUrl: string): Promise<NonNullable<StackFile['keys']>> {
  const { createApiKey } = await import('@northwind/query-api');
  await using database = openDatabase<AccessTables>({ url: databaseUrl, applicationName: 'settle', connectionsMax: 1 });
  const make = async (role: Role, merchantId: string | null) =>
    (await createApiKey(database.db, { role, merchantId, name: `local ${role}` })).key;
  return {
    operator: await make('operator', null),
    finance: await make('finance', null),
    merchant: await make('merchant', DEMO_MERCHANT),
  };
}
