/** One transaction of a consumer: claim, read, apply, advance. */
import type { Kysely, Transaction } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';
import { advanceOffsets } from './advance-offsets.ts';
import { claimPartitions } from './claim-partitions.ts';
import type { OffsetRange, ReadItems, Source } from './source.ts';

/** What one partition contributes to a batch. */
export interface BatchSlice<Item> {
  readonly partition: number;
  readonly items: readonly Item[];
  readonly fromOffset: bigint;
  /** The group's offset once this batch is committed. */
  readonly nextOffset: bigint;
  /** The batch had no room for all that was there. */
  readonly moreWaiting: boolean;
}

export interface ConsumedBatch<Item> {
  readonly slices: readonly BatchSlice<Item>[];
}

export interface RoundResult<Item> {
  /** What was committed; without slices when there was nothing to do, or others hold all there is. */
  readonly batch: ConsumedBatch<Item>;
  readonly isHeldByOthers: boolean;
  /** Fewer items than were asked for fitted into `bytesMax`. */
  readonly isCutByBytes: boolean;
}

export interface Round<Item extends Coordinate, DB extends LedgerTables> {
  readonly db: Kysely<DB>;
  readonly group: string;
  readonly source: Source<Item, DB>;
  /** Writes through the transaction only; the offsets are advanced in the same one, afterwards. */
  readonly apply: (trx: Transaction<DB>, batch: ConsumedBatch<Item>) => Promise<void>;
  readonly itemsMax: number;
  readonly bytesMax: number;
  readonly members: number;
  readonly partitionsMax: number;
  readonly only?: readonly number[];
  readonly except?: readonly number[];
}

/** A batch that could not be read (then it has no items) or applied. Everything was rolled back. */
export class ApplyError<Item> extends Error {
  readonly batch: ConsumedBatch<Item>;
  /** How many items may be the cause: those read, or, where they could not be read, as many as were asked for. */
  readonly itemCount: number;

  constructor(batch: ConsumedBatch<Item>, itemCount: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ApplyError';
    this.batch = batch;
    this.itemCount = itemCount;
  }
}

export async function consumeRound<Item extends Coordinate, DB extends LedgerTables>(
  round: Round<Item, DB>,
): Promise<RoundResult<Item>> {
  // In the same transaction: what a server had told before it crashed, it may not know any more.
  return round.db.transaction().execute(async (trx) => {
    const heads = await round.source.heads(trx);
    return consumeWithin(trx, { ...round, heads });
  });
}

/** The same in the caller's transaction, up to `heads`: what it applies commits with the rest. */
export async function consumeWithin<Item extends Coordinate, DB extends LedgerTables>(
  trx: Transaction<DB>,
  round: Omit<Round<Item, DB>, 'db'> & { readonly heads: ReadonlyMap<number, bigint> },
): Promise<RoundResult<Item>> {
  const ledger = trx as unknown as Transaction<LedgerTables>;
  const { ranges, isHeldByOthers } = await claimPartitions(ledger, round);
  if (ranges.length === 0) return { batch: { slices: [] }, isHeldByOthers, isCutByBytes: false };
  const share = (of: number) => Math.max(1, Math.ceil(of / ranges.length));
  const limit = { itemsPerRange: share(round.itemsMax), bytesPerRange: share(round.bytesMax) };
  const nothing = ranges.map((range) => ({ ...range, items: [], nextOffset: range.fromOffset, moreWaiting: true }));
  let batch: ConsumedBatch<Item> = { slices: nothing };
  let itemCount = limit.itemsPerRange * ranges.length;
  try {
    const read = await round.source.read(trx, ranges, limit);
    batch = { slices: toSlices(ranges, read) };
    itemCount = read.items.length;
    await round.apply(trx, batch);
  } catch (error) {
    throw new ApplyError(batch, itemCount, error);
  }
  await advanceOffsets(ledger, round.group, batch.slices);
  const isCutByBytes = batch.slices.some((own) => own.moreWaiting && own.items.length < limit.itemsPerRange);
  return { batch, isHeldByOthers, isCutByBytes };
}

/** A range that was not cut off is exhausted: the group moves to its end, past offsets without items. */
function toSlices<Item extends Coordinate>(
  ranges: readonly OffsetRange[],
  { items, cutOff }: ReadItems<Item>,
): BatchSlice<Item>[] {
  const byPartition = Map.groupBy(items, (item) => item.partition);
  return ranges.map(({ partition, fromOffset, toOffset }) => {
    const own = byPartition.get(partition) ?? [];
    const readUpTo = (own.at(-1)?.offset ?? fromOffset - 1n) + 1n;
    const nextOffset = cutOff.has(partition) ? readUpTo : toOffset;
    return { partition, items: own, fromOffset, nextOffset, moreWaiting: nextOffset < toOffset };
  });
}
