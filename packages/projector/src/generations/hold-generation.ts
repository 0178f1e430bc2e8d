/**
 * Brings a generation to the very offsets of the active one and keeps it there, so that the two can be compared or
 * exchanged. The active one goes on meanwhile: it is looked at in a snapshot.
 */
import { consumeWithin, type LoggedEvent } from '@northwind/event-store';
import { type Clock, systemClock } from '@northwind/service-kit';
import { type Kysely, sql, type Transaction } from 'kysely';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import type { ReadTables } from '../tables.ts';
import { roundOn } from './fill-generation.ts';
import type { Generation, GenerationPair } from './generation.ts';
import { RebuildError } from './rebuild-error.ts';

export interface Held {
  /** Holds the candidate's group: what it applies and what the caller writes commit together. */
  readonly trx: Transaction<ReadTables>;
  /** Sees the active generation at `offsets`. Read only. */
  readonly snapshot: Transaction<ReadTables>;
  /** Partition → first offset that neither has applied. */
  readonly offsets: ReadonlyMap<number, bigint>;
}

const CATCH_UP_MS = 20;
/** Without a step of the active generation in this time, nobody keeps it up to date. */
const CATCH_UP_MAX_MS = 30_000;

/** The active generation does not come as far as the other is. */
export class HoldError extends RebuildError {
  override name = 'HoldError';
}

/** Needs two connections. A candidate that is ahead somewhere waits for the active one to come as far. */
export function holdBeside<T>(
  db: Kysely<ReadTables>,
  { active, candidate }: GenerationPair,
  use: (held: Held) => Promise<T>,
  { signal, clock = systemClock }: { readonly signal?: AbortSignal; readonly clock?: Clock } = {},
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await waitFor(db, active, await lockOffsets(trx, candidate), { clock, ...(signal && { signal }) });
    return readAtOneSnapshot(db, async (snapshot) => {
      const offsets = await readOffsets(snapshot, active);
      await applyUpTo(trx, candidate, offsets);
      return use({ trx, snapshot, offsets });
    });
  });
}

interface Waiting {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Throws HoldError when the active generation stands still below the other's offsets. */
async function waitFor(
  db: Kysely<ReadTables>,
  active: Generation,
  wanted: ReadonlyMap<number, bigint>,
  { clock, signal }: Waiting,
): Promise<void> {
  let movedMs = clock.monotonicMs();
  let missing = -1n;
  for (;;) {
    const offsets = await readOffsets(db, active);
    const gaps = [...wanted].map(([partition, offset]) => offset - (offsets.get(partition) ?? 0n));
    const left = gaps.reduce((sum, gap) => (gap > 0n ? sum + gap : sum), 0n);
    if (left === 0n) return;
    if (left !== missing) movedMs = clock.monotonicMs();
    missing = left;
    if (clock.monotonicMs() - movedMs > CATCH_UP_MAX_MS) {
      throw new HoldError(
        `generation ${active.generation}, which is active, lacks ${left} events that it is to be compared at, ` +
          'and applies none: is a projector running? settle groups tells whether it is stopped',
      );
    }
    await clock.sleep(CATCH_UP_MS, signal);
  }
}

/** Waits for the batches under way. From here on nobody else applies anything to the generation. */
export async function lockOffsets(
  trx: Transaction<ReadTables>,
  { consumerGroup }: Generation,
): Promise<ReadonlyMap<number, bigint>> {
  const { rows } = await sql<{ partition: number; next_offset: bigint }>`
    select partition, next_offset from ledger.consumer_offsets
    where consumer_group = ${consumerGroup} order by partition for update`.execute(trx);
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

/** Applies what is missing, in the transaction that holds the group. Throws ApplyError, or RebuildError if it can't. */
export async function applyUpTo(
  trx: Transaction<ReadTables>,
  candidate: Generation,
  offsets: ReadonlyMap<number, bigint>,
): Promise<void> {
  for (;;) {
    const { batch } = await consumeWithin<LoggedEvent, ReadTables>(trx, {
      ...roundOn(candidate, offsets),
      heads: offsets,
    });
    if (batch.slices.length === 0) return expectLevel(trx, candidate, offsets);
  }
}

/** A group that is paused, or stopped at an event, takes nothing: its generation would show less than readers saw. */
async function expectLevel(
  trx: Transaction<ReadTables>,
  candidate: Generation,
  wanted: ReadonlyMap<number, bigint>,
): Promise<void> {
  const { generation, consumerGroup } = candidate;
  const has = await readOffsets(trx, candidate);
  const behind = [...wanted].find(([partition, offset]) => (has.get(partition) ?? 0n) < offset);
  if (behind === undefined) return;
  throw new RebuildError(
    `generation ${generation} stays at ${behind[0]}:${has.get(behind[0])}: its group is paused or stopped; ` +
      `settle groups resume ${consumerGroup} lets it go on`,
  );
}

/** Partition → first offset that the generation has not applied. Every partition of the log is in it. */
export async function readOffsets(
  db: Kysely<ReadTables>,
  { consumerGroup }: Generation,
): Promise<ReadonlyMap<number, bigint>> {
  const { rows } = await sql<{ partition: number; nextOffset: bigint }>`
    select p.partition, coalesce(o.next_offset, 0) as "nextOffset"
    from ledger.partitions p
    left join ledger.consumer_offsets o on o.partition = p.partition and o.consumer_group = ${consumerGroup}
    order by p.partition`.execute(db);
  return new Map(rows.map((row) => [row.partition, row.nextOffset]));
}
