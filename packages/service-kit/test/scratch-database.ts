import { inject } from 'vitest';
import { createDatabaseClient } from '../src/database/open-database.ts';
import { randomBytes } from '../src/random.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export interface ScratchDatabase extends AsyncDisposable {
  readonly url: string;
}

/** An empty database. Other packages have `testDatabase` for this, which is itself made of what is tested here. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const name = `scratch_${randomBytes(8).toString('hex')}`;
  await run(inject('postgresUrl'), `CREATE DATABASE ${name}`);
  return {
    url: databaseUrl({ database: name }),
    [Symbol.asyncDispose]: () => run(inject('postgresUrl'), `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** The test server's URL with some parts replaced. */
export function databaseUrl(parts: { database?: string; user?: string; password?: string; port?: number }): string {
  const url = new URL(inject('postgresUrl'));
  if (parts.database !== undefined) url.pathname = `/${parts.database}`;
  if (parts.user !== undefined) url.username = parts.user;
  if (parts.password !== undefined) url.password = parts.password;
  if (parts.port !== undefined) url.port = String(parts.port);
  return url.href;
}

async function run(url: string, statement: string): Promise<void> {
  const client = createDatabaseClient({ url, applicationName: 'scratch' });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
