/** How the few rows are that are updated all day: heads, tallies, groups' offsets; and the snapshot that ages them. */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface HotRows {
  /** Row versions that were not cleared away yet, by the server's own estimate. */
  readonly dead: Readonly<Record<'partitions' | 'intake' | 'consumer_offsets', number>>;
  /** Whether the owner of the schema sees the sessions of all roles; else there may be snapshots that nobody names. */
  readonly seesAll: boolean;
  /** Whoever holds the most back, for people: a transaction with a snapshot or an id, or a replication slot. */
  readonly snapshotHolder: string | null;
  /** How long ago that transaction began; 0 when nobody holds anything, and for a slot, which has no age. */
  readonly snapshotSeconds: number;
  /** What it holds back: so many transactions have begun since. */
  readonly snapshotTransactions: number;
}

interface Row {
  readonly partitions: bigint;
  readonly intake: bigint;
  readonly offsets: bigint;
  readonly seesAll: boolean;
  readonly seconds: number | null;
  readonly holder: string | null;
  readonly transactions: bigint | null;
}

export async function readHotRows(db: Kysely<LedgerTables>): Promise<HotRows> {
  const { rows } = await sql<Row>`
    select dead_heads as partitions, dead_tallies as intake, dead_offsets as offsets, sees_all as "seesAll",
           snapshot_seconds as seconds, snapshot_holder as holder, snapshot_transactions as transactions
    from ledger.hot_rows()`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('ledger.hot_rows() answered nothing');
  const { partitions, intake, offsets, seesAll, seconds, holder, transactions } = row;
  return {
    dead: { partitions: Number(partitions), intake: Number(intake), consumer_offsets: Number(offsets) },
    seesAll,
    snapshotSeconds: seconds ?? 0,
    snapshotHolder: holder,
    snapshotTransactions: Number(transactions ?? 0n),
  };
}
