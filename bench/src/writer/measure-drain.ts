/** How fast a program of its own process empties a queue that was filled before. */
import { VoidRun } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { type BenchServer, countRows, withClient } from '../postgres/bench-server.ts';
import { paymentStream } from '../workload/payment-stream.ts';
import { startBenchQueue, timeDrain } from './bench-queue.ts';
import { runChild } from './run-child.ts';

/** As it runs in production: its own main file. */
export const LEDGER_WRITER = new URL('main.ts', import.meta.resolve('@northwind/ledger-writer'));

export interface Drained {
  readonly rate: number;
  readonly peakMib: number;
}

export interface DrainOptions {
  readonly server: BenchServer;
  readonly migrated: string;
  readonly messages: number;
  readonly signal: AbortSignal;
}

export interface Program {
  readonly file: URL;
  readonly environment?: Readonly<Record<string, string>>;
  /** Prepares the migrated database. */
  readonly prepare?: string;
  /** The table in which every message must be, once, afterwards; null for a program that stores nothing. */
  readonly table: string | null;
}

export const OURS: Program = { file: LEDGER_WRITER, table: 'ledger.events' };
export const BARE: Program = { file: new URL('./bare-consumer.ts', import.meta.url), table: null };
export const BARE_ON_OUR_CLIENT: Program = { ...BARE, environment: { BENCH_CLIENT: 'writer' } };
export const ONE_ROW: Program = {
  file: new URL('./one-row-consumer.ts', import.meta.url),
  prepare: `
    create table plain_events (
      id int8 generated always as identity primary key, key uuid not null unique, type text not null,
      merchant_id text not null, subject text not null, occurred_at timestamptz not null, data jsonb not null,
      recorded_at timestamptz not null default now())`,
  table: 'plain_events',
};

/** Drained before the clock starts: by then the program is up, connected and compiled. */
const WARM_UP_MESSAGES = 10_000;

export async function measureDrain(program: Program, options: DrainOptions): Promise<Drained> {
  const { server, migrated, messages, signal } = options;
  const sent = messages + WARM_UP_MESSAGES;
  return server.withDatabase(async (url) => {
    await withClient(url, (client) => client.query(program.prepare ?? 'select 1'));
    await using queue = await startBenchQueue();
    await queue.send(
      Array.from(paymentStream(sent), ({ body }) => body),
      signal,
    );
    await using child = runChild(program.file, {
      ...queue.environment,
      ...program.environment,
      DATABASE_URL: url,
      SETTLEMENT_LOG_LEVEL: 'error',
    });
    const ended = child.next().then(
      () => new Error('it sent something'),
      (error: Error) => error,
    );
    const drained = timeDrain(queue, messages, signal);
    const rate = await Promise.race([drained, ended.then((error) => Promise.reject(error))]);
    const peakMib = peakMemoryMib(child.pid);
    await expectAll(program, url, sent);
    return { rate, peakMib };
  }, migrated);
}

async function expectAll({ table }: Program, url: string, sent: number): Promise<void> {
  const found = table === null ? sent : await countRows(url, table);
  if (found !== sent) throw new VoidRun(`${table} has ${found} rows of ${sent} messages`);
}
