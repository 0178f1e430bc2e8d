/**
 * What a person may do to a consumer group: pause it, resume it, move it. Each order waits for the batch under way, is
 * carried out before the next, and is on record in ledger.consumer_actions with who gave it. The work is done by
 * functions (migrations 0009_consumer_groups.sql and 0015_heads_and_groups.sql) that settlement_operator may execute;
 * running consumers follow by themselves.
 */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface GroupOrder {
  readonly group: string;
  /** Without it: all partitions of the group. */
  readonly partition?: number;
  /** Who says so, for the record. */
  readonly actor: string;
  readonly reason?: string;
}

export interface PausedPartition {
  readonly partition: number;
  readonly nextOffset: bigint;
}

export interface ResumedPartition {
  readonly partition: number;
  /** Where it goes on. */
  readonly nextOffset: bigint;
  /** Null when it was only paused. */
  readonly stoppedReason: string | null;
}

export interface SeekOrder extends GroupOrder {
  /** An offset from 0 to the head, the first that is to be applied next. */
  readonly to: bigint | 'beginning' | 'end';
  readonly reason: string;
}

export interface SoughtPartition {
  readonly partition: number;
  readonly fromOffset: bigint;
  readonly toOffset: bigint;
  readonly headOffset: bigint;
}

/** In this precedence, over all partitions; what is refused for one is refused for all. */
export type SeekOutcome =
  | { readonly kind: 'unknown' }
  /** These are neither paused nor stopped. */
  | { readonly kind: 'running'; readonly partitions: readonly SoughtPartition[] }
  /** The offset is beyond the head of these. */
  | { readonly kind: 'outside'; readonly partitions: readonly SoughtPartition[] }
  | { readonly kind: 'sought'; readonly partitions: readonly SoughtPartition[] };

/** Those that were not paused before. */
export async function pauseGroup(db: Kysely<LedgerTables>, order: GroupOrder): Promise<PausedPartition[]> {
  const { group, partition = null, actor, reason = null } = order;
  const { rows } = await sql<PausedPartition>`
    select partition, next_offset as "nextOffset"
    from ledger.pause_group(${group}, ${partition}::int2, ${actor}, ${reason})`.execute(db);
  return rows;
}

/** Those that were paused, or stopped at an event: it is tried again, and nothing is skipped. */
export async function resumeGroup(db: Kysely<LedgerTables>, order: GroupOrder): Promise<ResumedPartition[]> {
  const { group, partition = null, actor, reason = null } = order;
  const { rows } = await sql<ResumedPartition>`
    select partition, next_offset as "nextOffset", stopped_reason as "stoppedReason"
    from ledger.resume_group(${group}, ${partition}::int2, ${actor}, ${reason})`.execute(db);
  return rows;
}

/** Only what is paused or stopped is moved: until it is resumed, a wrong seek is mended by another. */
export async function seekGroup(db: Kysely<LedgerTables>, order: SeekOrder): Promise<SeekOutcome> {
  const { group, partition = null, to, actor, reason } = order;
  const { rows } = await sql<SoughtPartition & { readonly refusal: 'running' | 'outside' | null }>`
    select partition, from_offset as "fromOffset", to_offset as "toOffset", head_offset as "headOffset", refusal
    from ledger.seek_group(${group}, ${partition}::int2, ${String(to)}, ${actor}, ${reason})`.execute(db);
  if (rows.length === 0) return { kind: 'unknown' };
  const partitions = (refusal: 'running' | 'outside' | null) =>
    rows.filter((row) => row.refusal === refusal).map(({ refusal: _, ...partition }) => partition);
  const running = partitions('running');
  if (running.length > 0) return { kind: 'running', partitions: running };
  const outside = partitions('outside');
  if (outside.length > 0) return { kind: 'outside', partitions: outside };
  return { kind: 'sought', partitions: partitions(null) };
}
