/**
 * Verifies the whole log: its partitions side by side, each by a thread with a connection of its own, as computing
 * hashes again is what takes the time.
 */
import { type DatabaseOptions, openDatabase, systemClock } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { Anchor } from '../seal/anchor-text.ts';
import type { LedgerTables } from '../tables.ts';
import { checkAnchor } from './check-anchor.ts';
import { checkGuards } from './check-guards.ts';
import { findDoubledKeys } from './find-doubled-keys.ts';
import type { Finding } from './finding.ts';
import { type PartitionPlan, readPartitionsWithRows, readPlan } from './read-plan.ts';
import { runThreads } from './run-threads.ts';
import { type PartitionReport, verifyPartition } from './verify-partition.ts';

/** How to reach the database; given to threads, so it is data. */
export type VerifyDatabase = Omit<DatabaseOptions, 'connectionsMax' | 'onConnectionError'>;

export interface VerifyOptions {
  readonly database: VerifyDatabase;
  /** Threads; 1 does everything in this one. */
  readonly parallel: number;
  readonly anchor?: Anchor;
  /** Told before it begins how many events there are, and then of events read. */
  readonly onStart?: (total: bigint) => void;
  readonly onProgress?: (events: number) => void;
}

export interface VerifyReport {
  readonly events: number;
  readonly partitions: number;
  readonly blocks: number;
  readonly unsealed: bigint;
  /** Anchored heads compared; null without an anchor. */
  readonly anchored: number | null;
  /** In order of coordinate. Bounded; `findingCount` is not. */
  readonly findings: readonly Finding[];
  /** Offsets concerned. */
  readonly findingCount: bigint;
}

export async function verifyLog(options: VerifyOptions): Promise<VerifyReport> {
  await using database = openDatabase<LedgerTables>({ ...options.database, connectionsMax: 1 });
  const { db } = database;
  const plans = await readPlan(db);
  options.onStart?.(plans.reduce((sum, plan) => sum + plan.head, 0n));
  const reports = await verifyPartitions(db, plans, options);
  const guards = await checkGuards(db);
  const anchored = options.anchor && (await checkAnchor(db, options.anchor));
  const others = [
    ...(guards.areKeysUnique ? [] : await findDoubledKeys(options.database)),
    ...(await checkPartitions(db, plans)),
    ...(anchored?.findings ?? []),
  ];
  const sum = (pick: (report: PartitionReport) => number) => reports.reduce((total, each) => total + pick(each), 0);
  const findings = [...guards.findings, ...reports.flatMap((report) => report.findings), ...others];
  return {
    events: sum((report) => report.events),
    partitions: plans.length,
    blocks: sum((report) => report.blocks),
    unsealed: reports.reduce((total, report) => total + report.unsealed, 0n),
    anchored: anchored?.heads ?? null,
    findings: findings.toSorted((a, b) => a.partition - b.partition || Number(a.offset - b.offset)),
    findingCount: reports.reduce((total, report) => total + report.findingCount, BigInt(others.length)),
  };
}

async function verifyPartitions(
  db: Kysely<LedgerTables>,
  plans: readonly PartitionPlan[],
  options: VerifyOptions,
): Promise<readonly PartitionReport[]> {
  const { database, parallel, onProgress } = options;
  // The number that placed the merchants: a partition whose row was taken away must not move them all.
  const partitionCount = Math.max(0, ...plans.map((plan) => plan.partition)) + 1;
  const wishes = plans.map((plan) => ({ plan, partitionCount }));
  if (parallel > 1) return runThreads({ database, wishes, parallel, ...(onProgress && { onProgress }) });
  const reports: PartitionReport[] = [];
  for (const wish of wishes) {
    reports.push(await verifyPartition(db, { ...wish, clock: systemClock, ...(onProgress && { onProgress }) }));
  }
  return reports;
}

/** Rows must not hide in a partition that nobody reads. */
async function checkPartitions(db: Kysely<LedgerTables>, plans: readonly PartitionPlan[]): Promise<Finding[]> {
  const known = new Set(plans.map((plan) => plan.partition));
  const gaps = plans.flatMap(({ partition }, index) => (index > 0 && !known.has(partition - 1) ? [partition - 1] : []));
  const hidden = (await readPartitionsWithRows(db)).filter((partition) => !known.has(partition));
  const at = (partition: number) => ({ partition, offset: 0n, toOffset: 1n });
  return [
    ...gaps.map((partition) => ({ ...at(partition), kind: 'missing' as const, detail: 'the partition has no head' })),
    ...hidden
      .filter((partition) => !gaps.includes(partition))
      .map((partition) => ({ ...at(partition), kind: 'added' as const, detail: 'it is in a partition that is none' })),
  ];
}
