import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, StartupError } from '@northwind/service-kit';
import pg from 'pg';
import { identify, isAlive, type ProcessIdentity, signalProcess } from '../stack/process-identity.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { SUPERUSER } from './initialise-cluster.ts';
import type { PostgresPlace } from './place-postgres.ts';
import { readPostmasterState } from './read-postmaster-file.ts';

export interface StartPostgresOptions {
  readonly place: PostgresPlace;
  readonly port: number;
  readonly password: string;
  readonly logFile: string;
  readonly clock: Clock;
}

export interface RunningPostgres {
  readonly pid: number;
  /** Resolves when it runs no more, for whatever reason. */
  readonly exited: Promise<void>;
  /**
   * Stops it so that the next start has nothing to recover; after `timeoutMs` it is killed and recovers from its log.
   */
  stop(timeoutMs: number): Promise<void>;
  /** Ends it at once, all its processes; the next start recovers from the log. */
  kill(): void;
}

/** Recovery after a crash replays at most max_wal_size; that takes seconds, on a slow disk some more. */
const READY_TIMEOUT_MS = 60_000;

/** What a reader of DATABASE_URL should get: nothing lost after an answer, whatever happens to the machine. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // a path in a deep folder is longer than a socket's name may be
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off', // statements are short; compiling them costs more than it gives
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %a ',
};

export function databaseUrl(port: number, password: string, database = 'settlement'): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Starts PostgreSQL and resolves when it answers. */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const { place, port, clock } = options;
  const log = openSync(options.logFile, 'a');
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A group of its own: Ctrl-C in a terminal goes to the whole group, and the database has to be the last to stop.
  const child = spawn(
    join(place.binariesFolder, 'bin', 'postgres'),
    ['-D', place.dataFolder, '-p', String(port), ...settings],
    { ...place.account, cwd: '/', detached: true, stdio: ['ignore', log, log], env: { LC_ALL: 'C' } },
  );
  closeSync(log);
  let running = true;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      running = false;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const ready = await waitUntil(() => !running || readPostmasterState(place.dataFolder, child.pid) === 'ready', {
    clock,
    timeoutMs: READY_TIMEOUT_MS,
  });
  const identity = child.pid === undefined ? null : identify(child.pid);
  if (!ready || !running || identity === null) {
    if (running && child.pid !== undefined) process.kill(child.pid, 'SIGQUIT');
    throw new StartupError(running ? 'PostgreSQL does not answer' : 'PostgreSQL did not start', {
      hint: `its log tells why: ${options.logFile}`,
    });
  }
  return {
    pid: identity.pid,
    exited,
    stop: (timeoutMs) => stop(identity, timeoutMs, clock),
    kill: () => signalProcess(identity, 'SIGQUIT'),
  };
}

async function stop(identity: ProcessIdentity, timeoutMs: number, clock: Clock): Promise<void> {
  signalProcess(identity, 'SIGINT');
  if (await waitUntil(() => !isAlive(identity), { clock, timeoutMs })) return;
  signalProcess(identity, 'SIGQUIT');
  if (await waitUntil(() => !isAlive(identity), { clock, timeoutMs: 1_000 })) return;
  signalProcess(identity, 'SIGKILL');
}

/** Makes the database when the cluster is new. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(port, password, 'postgres') });
  try {
    await client.connect();
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error;
    throw new StartupError("the database refuses the password that the stack's stack.json holds", {
      hint: 'restore that file, or move the whole folder away to start from nothing',
      cause: error,
    });
  }
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'settlement'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE settlement');
  } finally {
    await client.end();
  }
}
