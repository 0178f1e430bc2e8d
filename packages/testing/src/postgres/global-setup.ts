import { environment } from '@northwind/service-kit';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './start-postgres.ts';

interface SharedServer {
  users: number;
  readonly server: Promise<PostgresServer>;
}

// Each project that names this file evaluates it anew; what they share has to stand outside the module.
const shared = globalThis as { northwindTestPostgres?: SharedServer | undefined };

/** Vitest calls this once for each project that needs PostgreSQL. All of them get the same server. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { TEST_POSTGRES_URL: givenUrl } = environment();
  if (givenUrl) {
    project.provide('postgresUrl', givenUrl);
    return async () => undefined;
  }
  shared.northwindTestPostgres ??= { users: 0, server: startPostgres() };
  const current = shared.northwindTestPostgres;
  current.users += 1;
  const server = await current.server;
  project.provide('postgresUrl', server.url);
  return async () => {
    current.users -= 1;
    if (current.users > 0) return;
    shared.northwindTestPostgres = undefined;
    await server.stop();
  };
}
