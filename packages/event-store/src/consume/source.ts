/** Where a consumer group reads: the log, or anything else whose items stand at the log's coordinates. */
import type { Kysely } from 'kysely';
import type { Coordinate } from '../coordinate.ts';

/** A stretch of one partition; `toOffset` is exclusive. */
export interface OffsetRange {
  readonly partition: number;
  readonly fromOffset: bigint;
  readonly toOffset: bigint;
}

/** What one read may take of each range. The first item of a range comes whatever its size. */
export interface ReadLimit {
  readonly itemsPerRange: number;
  /** Of what varies in size, as text. */
  readonly bytesPerRange: number;
}

export interface ReadItems<Item> {
  /** Ordered by offset within each partition. */
  readonly items: readonly Item[];
  /** The partitions of which a limit may have left something in the range, after the last of their items. */
  readonly cutOff: ReadonlySet<number>;
}

export interface Source<Item extends Coordinate, DB> {
  readonly name: string;
  /**
   * Per partition the offset below which everything is committed and visible: the safe high-water mark.
   * A mark may be old, never too high.
   */
  heads(db: Kysely<DB>): Promise<ReadonlyMap<number, bigint>>;
  /** The items of each range from its beginning, up to the limit. Offsets may be missing in between. */
  read(db: Kysely<DB>, ranges: readonly OffsetRange[], limit: ReadLimit): Promise<ReadItems<Item>>;
}
