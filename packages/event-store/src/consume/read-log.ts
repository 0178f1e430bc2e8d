/**
 * Reads stretches of the log's partitions, bounded by rows and by bytes; each reader says which columns it wants and
 * what of them counts.
 *
 * Served by events_pk, one index range scan a range. Offsets are dense, so the limit is a bound on the offset; a LIMIT
 * the planner would take for a reason to sort the whole backlog for every batch. The ORDER BY has to stay inside: it
 * keeps the planner from turning the ranges into a join, for which it reads the whole table. Planned at each read: a
 * plan made while the log was small would read the whole table when it is large.
 *
 * The bytes are added up row by row in the server, so that what is beyond the bound never gets here. The first row of a
 * range comes whatever its size: else nothing would go on.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';
import type { OffsetRange, ReadItems, ReadLimit } from './source.ts';

export interface LogColumns {
  /** Of the row `e`; partition and offset are there already. */
  readonly columns: RawBuilder<unknown>;
  /** An expression over the row `l`: its bytes in the reader's memory, as far as they vary. */
  readonly bytes: RawBuilder<unknown>;
}

export async function readLog<Item extends Coordinate>(
  db: Kysely<LedgerTables>,
  { columns, bytes }: LogColumns,
  ranges: readonly OffsetRange[],
  { itemsPerRange, bytesPerRange }: ReadLimit,
): Promise<ReadItems<Item>> {
  const partitions = ranges.map((range) => range.partition);
  const froms = ranges.map((range) => range.fromOffset);
  const tos = ranges.map((range) => range.toOffset);
  const { rows } = await sql<Item>`/* not prepared */
    select e.partition, e."offset", ${columns}
    from unnest(${partitions}::int2[], ${froms}::int8[], ${tos}::int8[]) as r(partition, from_offset, to_offset)
    cross join lateral (
      select l.*, sum(${bytes}) over (order by l."offset" rows unbounded preceding) as bytes_so_far
      from ledger.events l
      where l.partition = r.partition and l."offset" >= r.from_offset
        and l."offset" < least(r.to_offset, r.from_offset + ${itemsPerRange})
      order by l."offset"
    ) e
    where e.bytes_so_far <= ${bytesPerRange} or e."offset" = r.from_offset`.execute(db);
  return upToHoles(rows, ranges);
}

/**
 * What was read, and the partitions of which more is there. Offsets have no gaps. A missing row is a damaged log:
 * reading on would skip it, and what it hides, for good. What stands before it is good; the next read begins with it.
 */
function upToHoles<Item extends Coordinate>(rows: readonly Item[], ranges: readonly OffsetRange[]): ReadItems<Item> {
  const found = Map.groupBy(rows, (row) => row.partition);
  const cutOff = new Set<number>();
  const items = ranges.flatMap(({ partition, fromOffset, toOffset }) => {
    const all = found.get(partition) ?? [];
    let next = fromOffset;
    const hole = all.findIndex(({ offset }) => offset !== next++);
    const own = hole === -1 ? all : all.slice(0, hole);
    if (own.length === 0 && fromOffset < toOffset) {
      throw new Error(
        `the log has no event at ${partition}:${fromOffset}, below its head: it is damaged, and nothing is read on`,
      );
    }
    if (fromOffset + BigInt(own.length) < toOffset) cutOff.add(partition);
    return own;
  });
  return { items, cutOff };
}
