/** The transitions as a source for consumer groups. They stand at the coordinates of the events that caused them. */
import type { OffsetRange, ReadItems, ReadLimit, Source } from '@northwind/event-store';
import { type Kysely, sql } from 'kysely';
import { readPosition } from '../position/read-position.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import { type PayoutSnapshot, type PayoutTransitionRow, payoutTransitionsTable } from './table.ts';

export type PayoutTransition = PayoutTransitionRow;

export const transitionsSource: Source<PayoutTransition, ReadTables> = {
  name: 'read.payout_transitions',
  heads: readHeads,
  read: readTransitions,
};

/** A transition commits together with the offset of its projector, so below that offset none can appear any more. */
async function readHeads(db: Kysely<ReadTables>): Promise<ReadonlyMap<number, bigint>> {
  const { offsets } = await readPosition(db);
  return new Map([...offsets].map(([partition, offset]) => [partition, offset + 1n]));
}

/**
 * Served by payout_transitions_pk, one short index scan a range. The end of a range is applied outside the limit:
 * inside, the planner takes a range for far shorter than a backlog is and sorts all of it for every batch. The texts of
 * a payout are bounded by the catalogue to a few KiB together, so the number of rows bounds their bytes, too.
 */
async function readTransitions(
  db: Kysely<ReadTables>,
  ranges: readonly OffsetRange[],
  { itemsPerRange }: ReadLimit,
): Promise<ReadItems<PayoutTransition>> {
  const { rows } = await sql<PayoutTransitionRow>`
    select ${selectList(payoutTransitionsTable)}
    from unnest(${ranges.map((range) => range.partition)}::int2[], ${ranges.map((range) => range.fromOffset)}::int8[],
                ${ranges.map((range) => range.toOffset)}::int8[]) as r(of_partition, from_offset, to_offset)
    cross join lateral (
      select * from read.payout_transitions
      where partition = r.of_partition and "offset" >= r.from_offset
      order by "offset" limit ${itemsPerRange}
    ) t
    where "offset" < r.to_offset
    order by partition, "offset"`.execute(db);
  const items = rows.map((row) => ({ ...row, payout: toSnapshot(row.payout) }));
  const found = Map.groupBy(items, (item) => item.partition);
  return { items, cutOff: new Set([...found.keys()].filter((key) => found.get(key)?.length === itemsPerRange)) };
}

/** JSON numbers come back as numbers. An amount of one event is exact in one. */
export function toSnapshot(payout: PayoutSnapshot): PayoutSnapshot {
  const { amountMinor } = payout;
  return { ...payout, amountMinor: amountMinor === null ? null : BigInt(amountMinor) };
}
