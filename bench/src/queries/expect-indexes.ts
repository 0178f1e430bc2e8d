/**
 * Whether each read was served by the index that is there for it: a query that has lost its index is as quick on a
 * small table, and slow only on a merchant's.
 */
import { systemClock } from '@northwind/service-kit';
import type pg from 'pg';
import { VoidRun } from '../harness/benchmark.ts';

/** Scans of each index of a generation so far. */
export type IndexScans = ReadonlyMap<string, bigint>;

const OTHERS = `
  select from pg_stat_activity
  where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;
const WATCH_MS = 10;

/** Waits for all other sessions to be gone: each tells what it read when it ends. */
export async function readIndexScans(client: pg.Client): Promise<IndexScans> {
  while ((await client.query(OTHERS)).rowCount !== 0) await systemClock.sleep(WATCH_MS);
  const { rows } = await client.query<{ index: string; scans: bigint }>(`
    select indexrelname as "index", idx_scan as scans from pg_stat_user_indexes where schemaname like 'read\\_g%'`);
  return new Map(rows.map(({ index, scans }) => [index, scans]));
}

export interface Served {
  readonly index: string;
  readonly reads: number;
  readonly before: IndexScans;
  readonly after: IndexScans;
}

/**
 * A connection's first plans of a statement are made for the values at hand, and for a merchant with a row or two any
 * index that begins with the merchant does.
 */
const SHARE_MIN = 0.9;

/** Throws VoidRun when more reads than those went elsewhere. */
export function expectServed({ index, reads, before, after }: Served): void {
  const scans = (after.get(index) ?? 0n) - (before.get(index) ?? 0n);
  if (Number(scans) < SHARE_MIN * reads) throw new VoidRun(`${index} was scanned ${scans} times for ${reads} reads`);
}
