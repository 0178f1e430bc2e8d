import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabaseClient } from '@northwind/service-kit';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { findAccount, findBinaries, findOpenFolder, majorVersion, type PostgresAccount } from './postgres-binaries.ts';

export interface PostgresServer {
  /** URL of its `postgres` database, as superuser. */
  readonly url: string;
  /** Ends all its processes at once (`immediate`). Its data stays; nothing answers until `restart`. */
  crash(): Promise<void>;
  /** Starts it again where it was; resolves when it has recovered and answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const execute = promisify(execFile);

const PASSWORD = 'postgres';
const ATTEMPTS = 3;
const START_TIMEOUT_MS = 30_000;

const INITDB_FLAGS = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
// What older versions don't know yet: the locale that the stack has, and passwords that are checked quickly.
const INITDB_FLAGS_FROM: Readonly<Record<number, readonly string[]>> = {
  16: ['--set=scram_iterations=1'],
  17: ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
};

// Nothing in it outlives the run, so it needn't survive a crash of the machine. Not for any server with data to keep.
const SETTINGS = [
  'max_connections=300',
  'shared_buffers=128MB',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

export interface PostgresOptions {
  /** `name=value`, over the settings for tests: a benchmark wants its commits durable. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL of its own on a free port, with its data in a temporary folder that `stop()` removes. */
export async function startPostgres({ settings = [] }: PostgresOptions = {}): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToStart([...SETTINGS, ...settings]);
    } catch (error) {
      // Between finding a free port and listening on it, another process may take it.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function tryToStart(settings: readonly string[]): Promise<PostgresServer> {
  const account = findAccount();
  const binaries = findBinaries(account);
  const folder = mkdtempSync(join(findOpenFolder(account), 'northwind-postgres-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const data = await initialise({ binaries, folder, account });
    const port = await freePort();
    const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
    const start = async () => {
      const started = run({ binaries, data, account, port, settings });
      await untilReady(url, started);
      return started;
    };
    let server = await start();
    const kill = () => {
      server.process.kill('SIGKILL');
      remove();
    };
    // For a run that ends without tearing down.
    process.once('exit', kill);
    return {
      url,
      crash: () => stopServer(server.process),
      restart: async () => {
        // A process of the last server that has not noticed yet keeps this one out, for a moment.
        server = await eventually(start, { timeoutMs: START_TIMEOUT_MS });
      },
      stop: async () => {
        process.off('exit', kill);
        await stopServer(server.process);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

interface Place {
  readonly binaries: string;
  readonly account: PostgresAccount | null;
}

async function initialise({ binaries, account, folder }: Place & { folder: string }): Promise<string> {
  const passwordFile = join(folder, 'password');
  const data = join(folder, 'data');
  writeFileSync(passwordFile, PASSWORD);
  if (account) {
    chownSync(folder, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  const version = majorVersion(binaries);
  const known = Object.entries(INITDB_FLAGS_FROM).flatMap(([from, added]) => (version >= Number(from) ? added : []));
  const flags = [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...INITDB_FLAGS, ...known];
  await execute(join(binaries, 'initdb'), flags, { ...account, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } });
  return data;
}

interface RunningServer {
  readonly process: ChildProcess;
  readonly output: string[];
}

interface ToRun extends Place {
  readonly data: string;
  readonly port: number;
  readonly settings: readonly string[];
}

function run({ binaries, account, data, port, settings }: ToRun): RunningServer {
  const flags = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn(join(binaries, 'postgres'), flags, {
    ...account,
    cwd: '/',
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.push(text);
    // The last lines are enough to tell why it didn't start.
    if (output.length > 50) output.shift();
  });
  return { process: child, output };
}

async function untilReady(url: string, server: RunningServer): Promise<void> {
  const connects = async () => {
    if (server.process.exitCode !== null) return 'ended';
    const client = createDatabaseClient({ url, applicationName: 'test server' });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
    return 'ready';
  };
  const state = await eventually(connects, {
    timeoutMs: START_TIMEOUT_MS,
    describe: () => `PostgreSQL answers; it said:\n${server.output.join('')}`,
  });
  if (state === 'ended') throw new Error(`PostgreSQL ended while it started:\n${server.output.join('')}`);
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  // Fast shutdown would write a checkpoint for data that is removed a moment later.
  server.kill('SIGQUIT');
  await ended;
}
