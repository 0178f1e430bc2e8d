/**
 * Holds two generations against each other at the same offsets: every row of every table that both have, and the money
 * by account and currency. A row counts by the hash of its values; a table, and a merchant in it, by the sum of those
 * hashes, which no order changes. So equal tables cost one pass over each, and only what differs is fetched.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { ACCOUNTS, type Account } from '../journal/accounts.ts';
import { journalTable } from '../journal/table.ts';
import { findDifferences, type MerchantDifference } from './find-differences.ts';
import type { GenerationPair } from './generation.ts';
import type { Held } from './hold-generation.ts';
import { ROW_HASH } from './row-hash.ts';
import { readOnlyIn, readSharedTables, type SharedTable, type Side, type Sides, sharedRow } from './shared-tables.ts';

export interface Comparison {
  readonly active: ComparedGeneration;
  readonly candidate: ComparedGeneration;
  /** Partition → first offset that neither has applied. */
  readonly offsets: ReadonlyMap<number, bigint>;
  readonly isEqual: boolean;
  readonly tables: readonly TableComparison[];
  /** Of each currency that either has; credits positive, as in the journal. Empty where one has no journal. */
  readonly money: readonly MoneyComparison[];
  /** Tables, and columns of shared ones (`table.column`), that only one has: there is nothing to hold them against. */
  readonly onlyInActive: readonly string[];
  readonly onlyInCandidate: readonly string[];
  /** How many merchants differ in anything. */
  readonly merchantsDiffering: number;
  /** The first of them, each down to the first event where the generations part. */
  readonly differences: readonly MerchantDifference[];
}

export interface ComparedGeneration {
  readonly generation: number;
  /** SHA-256 over all tables that both have. */
  readonly hash: string;
}

export interface TableComparison {
  readonly table: string;
  readonly activeRows: bigint;
  readonly candidateRows: bigint;
  readonly isEqual: boolean;
}

export interface MoneyComparison {
  readonly currency: string;
  readonly account: Account;
  readonly activeMinor: bigint;
  readonly candidateMinor: bigint;
}

const MERCHANTS_TOLD = 20;

export async function compareGenerations(
  { active, candidate }: GenerationPair,
  { trx, snapshot, offsets }: Held,
): Promise<Comparison> {
  const left: Side = { db: snapshot, schema: active.schema };
  const right: Side = { db: trx, schema: candidate.schema };
  const shared = await readSharedTables({ left, right });
  const tables: (TableComparison & { readonly hashes: readonly [string, string] })[] = [];
  for (const table of shared) {
    const [ours, theirs] = await Promise.all([readFingerprint(left, table), readFingerprint(right, table)]);
    const isEqual = ours.rows === theirs.rows && ours.hash === theirs.hash;
    const rows = { activeRows: ours.rows, candidateRows: theirs.rows };
    tables.push({ table: table.name, ...rows, isEqual, hashes: [ours.hash, theirs.hash] });
  }
  const onlyInActive = await readOnlyIn(left, right);
  const differing = shared.filter(({ name }) => tables.some(({ table, isEqual }) => table === name && !isEqual));
  const { merchants, differences } = await findDifferences({ left, right }, differing, MERCHANTS_TOLD);
  const hashOf = (side: 0 | 1) =>
    hashLines(tables.map((t) => `${t.table} ${side === 0 ? t.activeRows : t.candidateRows} ${t.hashes[side]}`));
  return {
    active: { generation: active.generation, hash: hashOf(0) },
    candidate: { generation: candidate.generation, hash: hashOf(1) },
    offsets,
    isEqual: differing.length === 0 && onlyInActive.length === 0,
    tables: tables.map(({ hashes: _, ...table }) => table),
    money: await compareMoney({ left, right }, shared),
    onlyInActive,
    onlyInCandidate: await readOnlyIn(right, left),
    merchantsDiffering: merchants,
    differences,
  };
}

/** As JSON takes it: a Map would be stored as nothing. */
export function toReport(comparison: Comparison) {
  return { ...comparison, offsets: Object.fromEntries(comparison.offsets) };
}

async function readFingerprint(side: Side, table: SharedTable): Promise<{ rows: bigint; hash: string }> {
  const { rows } = await sql<{ readonly rows: bigint; readonly hash: string }>`
    select count(*) as rows, coalesce(sum(${ROW_HASH}), 0)::text as hash
    from ${sharedRow(side, table)} t`.execute(side.db);
  return rows[0] ?? { rows: 0n, hash: '0' };
}

async function compareMoney({ left, right }: Sides, shared: readonly SharedTable[]): Promise<MoneyComparison[]> {
  if (!shared.some(({ name }) => name === journalTable.name)) return [];
  const [ours, theirs] = await Promise.all([readMoney(left), readMoney(right)]);
  const currencies = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return currencies.flatMap((currency) =>
    ACCOUNTS.map((account) => ({
      currency,
      account,
      activeMinor: ours.get(currency)?.[account] ?? 0n,
      candidateMinor: theirs.get(currency)?.[account] ?? 0n,
    })),
  );
}

async function readMoney({ db, schema }: Side): Promise<Map<string, Readonly<Record<Account, bigint>>>> {
  const sums = ACCOUNTS.map((account) => sql`sum(${sql.ref(`${account}_minor`)})::int8 as ${sql.id(account)}`);
  const { rows } = await sql<Readonly<Record<Account, bigint>> & { readonly currency: string }>`
    select currency, ${sql.join(sums)} from ${sql.table(`${schema}.${journalTable.name}`)}
    group by currency`.execute(db);
  return new Map(rows.map((row) => [row.currency, row]));
}

function hashLines(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
