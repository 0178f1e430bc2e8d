/** Where a consumer group reads: the log, or anything else whose items stand at the log's coordinates. */
import type { Kysely } from 'kysely';
import type { Coordinate } from '../coordinate.ts';

/** A stretch of one partition; `toOffset` is exclusive. */
export interface OffsetRange {
  readonly partition: number;
  readonly fromOffset: bigint;
  readonly toOffset: bigint;
}

export interface Source<Item extends Coordinate, DB> {
  readonly name: string;
  /**
   * Per partition the offset below which everything is committed and visible: the safe high-water mark.
   * A mark may be old, never too high.
   */
  heads(db: Kysely<DB>): Promise<ReadonlyMap<number, bigint>>;
  /** Up to `limitPerRange` items of each range, ordered by partition and offset. Offsets may be missing in between. */
  read(db: Kysely<DB>, ranges: readonly OffsetRange[], limitPerRange: number): Promise<Item[]>;
}
