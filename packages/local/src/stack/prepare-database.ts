import type { AccessTables, Role } from '@northwind/query-api';
import { type AppliedMigration, createDatabaseClient, type MigrateOptions, openDatabase } from '@northwind/service-kit';
import { SERVICE_NAMES, type ServiceLogin, serviceLogin } from './service-environment.ts';
import type { StackFile } from './stack-file.ts';
import { DEMO_MERCHANT } from './stack-options.ts';

/** All migrations, in the order in which they build on each other. Returns those that were missing. */
export async function migrateAll(
  databaseUrl: string,
  options: MigrateOptions = {},
): Promise<readonly AppliedMigration[]> {
  const [{ migrate }, ...owners] = await Promise.all([
    import('@northwind/service-kit'),
    import('@northwind/event-store'),
    import('@northwind/projector'),
    import('@northwind/webhooks'),
    import('@northwind/query-api'),
    import('@northwind/reconcile'),
  ]);
  const [{ ledgerMigrations }, { readMigrations }, { deliveryMigrations }, { accessMigrations }, reconcile] = owners;
  const sets = [ledgerMigrations, readMigrations, deliveryMigrations, accessMigrations, reconcile.reconcileMigrations];
  return migrate(databaseUrl, sets, options);
}

/**
 * A login for each service, and for others that are no services of ours, with the password of the stack, so that none
 * of them runs as the owner. Safe again.
 */
export async function makeLogins(
  databaseUrl: string,
  password: string,
  others: readonly ServiceLogin[] = [],
): Promise<void> {
  const client = createDatabaseClient({ url: databaseUrl, applicationName: 'settle' });
  await client.connect();
  try {
    for (const { login, role } of [...SERVICE_NAMES.map(serviceLogin), ...others]) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [login]);
      const secret = client.escapeLiteral(password);
      await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${login} login password ${secret}`);
      await client.query(`grant ${role} to ${login}`);
    }
  } finally {
    await client.end();
  }
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
