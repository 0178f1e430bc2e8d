import { createDatabaseClient, type MigrationSet, randomBytes } from '@northwind/service-kit';
import { eventually } from '../eventually.ts';
import { templateDatabase, urlOfDatabase } from './template-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that global-setup.ts has started. */
    postgresUrl: string;
  }
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Its URL for a login that has nothing but what the group role `role` has, as a service has it in production. */
  login(role: string): Promise<string>;
  /** Removes it. Fails, naming the culprits, when connections to it are still open: something was not stopped. */
  drop(): Promise<void>;
}

// A connection that was closed properly is gone from pg_stat_activity some milliseconds later.
const CLOSE_GRACE_MS = 2_000;

/** A database of the test's own, migrated with `sets`. It is cloned from a template, in some tens of milliseconds. */
export async function testDatabase(sets: readonly MigrationSet[]): Promise<TestDatabase> {
  // Imported here, because the rest of this package is of use outside of Vitest too.
  const { inject } = await import('vitest');
  const serverUrl = inject('postgresUrl');
  const template = await templateDatabase(serverUrl, sets);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  let dropped: Promise<void> | null = null;
  const drop = () => {
    dropped ??= onServer(serverUrl, (client) => dropDatabase(client, name));
    return dropped;
  };
  const url = urlOfDatabase(serverUrl, name);
  const login = async (role: string) => {
    const member = new URL(url);
    member.username = await loginOf(serverUrl, role);
    member.password = LOGIN_PASSWORD;
    return member.href;
  };
  return { url, login, drop, [Symbol.asyncDispose]: drop };
}

const LOGIN_PASSWORD = 'test';
// Roles belong to the whole server: one login for a group, made once, whatever the number of test processes.
const LOGIN_LOCK = 5_190_244_073;

async function loginOf(serverUrl: string, role: string): Promise<string> {
  const name = `test_${role}`;
  await onServer(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOGIN_LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
    if (rowCount === 1) return;
    const [login, group] = [name, role].map((identifier) => client.escapeIdentifier(identifier));
    await client.query(`CREATE ROLE ${login} LOGIN PASSWORD '${LOGIN_PASSWORD}' IN ROLE ${group}`);
  });
  return name;
}

type Client = ReturnType<typeof createDatabaseClient>;

async function dropDatabase(client: Client, name: string): Promise<void> {
  let leaked: string[] = [];
  try {
    await eventually(
      async () => {
        leaked = await openConnections(client, name);
        return leaked.length === 0;
      },
      { timeoutMs: CLOSE_GRACE_MS, describe: () => `connections left open to ${name}: ${leaked.join(', ')}` },
    );
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

async function openConnections(client: Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ application_name: string; connections: bigint }>(
    `SELECT application_name, count(*) AS connections FROM pg_stat_activity
     WHERE datname = $1 AND backend_type = 'client backend' GROUP BY 1 ORDER BY 1`,
    [name],
  );
  return rows.map(({ application_name: application, connections }) => `${application || '(no name)'} × ${connections}`);
}

async function onServer(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = createDatabaseClient({ url, applicationName: 'test database' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
