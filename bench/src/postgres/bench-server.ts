/**
 * The one PostgreSQL of a benchmark: durable commits, a cache of 1 GB, and checkpoints only where the benchmark asks
 * for them. Each row of a table is measured on a database that nobody used before.
 */
import { createDatabaseClient } from '@northwind/service-kit';
import { startPostgres } from '@northwind/testing';
import type pg from 'pg';

export const BENCH_SETTINGS = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=1GB',
  'max_wal_size=8GB',
  'min_wal_size=4GB',
  'checkpoint_timeout=30min',
];

/**
 * Writes the write-ahead log through once, so that from then on its files are used again, as in a server that has run
 * for a while. A new cluster makes each file when it is first needed and fills it with zeros before it writes to it:
 * what is measured first would pay for that, and what is measured last would not.
 */
const FILL_WAL = `
  select count(pg_logical_emit_message(false, 'bench', repeat('x', 8 * 1024 * 1024))) from generate_series(1, 256);
  checkpoint; select pg_switch_wal(); checkpoint`;

export interface BenchServer extends AsyncDisposable {
  readonly version: string;
  /** Runs `use` on a new database, a copy of `template` where one is named, after a checkpoint; then drops it. */
  withDatabase<T>(use: (url: string) => Promise<T>, template?: string): Promise<T>;
  /** A database that stays until the server stops; the template of others. Its connections must be closed by then. */
  createTemplate(name: string, fill: (url: string) => Promise<void>): Promise<void>;
}

/** `settings` beside `BENCH_SETTINGS`. */
export async function startBenchServer(settings: readonly string[] = []): Promise<BenchServer> {
  const server = await startPostgres({ settings: [...BENCH_SETTINGS, ...settings] });
  const urlOf = (name: string) => Object.assign(new URL(server.url), { pathname: name }).href;
  const admin = (text: string) => withClient(server.url, (client) => client.query(text));
  const [{ server_version: version = '' } = {}] = (await admin('show server_version')).rows as Record<string, string>[];
  await admin(FILL_WAL);
  let databases = 0;

  return {
    version: version.split(' ')[0] ?? '',
    async withDatabase(use, template = 'template1') {
      databases += 1;
      const name = `bench_${databases}`;
      await admin(`create database ${name} template ${template}`);
      try {
        await admin('checkpoint');
        return await use(urlOf(name));
      } finally {
        await admin(`drop database ${name} with (force)`);
      }
    },
    async createTemplate(name, fill) {
      await admin(`create database ${name}`);
      await fill(urlOf(name));
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** One connection without time limits, for set-up and checks. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const limits = { statementMs: 0, idleInTransactionMs: 0 };
  const client = createDatabaseClient({ url, applicationName: 'bench', limits });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export async function countRows(url: string, table: string): Promise<number> {
  const { rows } = await withClient(url, (client) => client.query<{ n: bigint }>(`select count(*) as n from ${table}`));
  return Number(rows[0]?.n);
}
