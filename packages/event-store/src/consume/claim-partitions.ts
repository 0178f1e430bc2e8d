/**
 * Takes partitions of a group for the length of the caller's transaction. The row lock is the ownership and the fence:
 * partitions that another consumer holds are passed over, and a crash frees its locks.
 *
 * A consumer takes its share of the partitions that have something: their number by that of the members, rounded down.
 * Rounded up, five members would want four of sixteen each, and the fifth would find nothing, ever. What rounding down
 * leaves over goes to whoever comes next, because the partition that has waited longest is taken first. The number of
 * members may be wrong for a moment; then the shares are unfair, and nothing else is.
 */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import type { OffsetRange } from './source.ts';

export interface ClaimWish {
  readonly group: string;
  /** The source's safe high-water marks. */
  readonly heads: ReadonlyMap<number, bigint>;
  /** Consumers of the group, this one included. */
  readonly members: number;
  /** At most this many partitions. */
  readonly partitionsMax: number;
  /** Only these partitions, where given. */
  readonly only?: readonly number[];
  /** Never these partitions, where given. */
  readonly except?: readonly number[];
}

export interface Claim {
  readonly ranges: readonly OffsetRange[];
  /** There is something to do, but others hold all of it. */
  readonly isHeldByOthers: boolean;
}

interface ClaimRow {
  readonly lagging: number;
  readonly partition: number | null;
  readonly fromOffset: bigint;
  readonly toOffset: bigint;
}

export async function claimPartitions(db: Kysely<LedgerTables>, wish: ClaimWish): Promise<Claim> {
  const wanted = [...wish.heads].filter(
    ([partition]) => (wish.only?.includes(partition) ?? true) && !wish.except?.includes(partition),
  );
  if (wanted.length === 0) return { ranges: [], isHeldByOthers: false };
  const heads = sql`unnest(${wanted.map(([partition]) => partition)}::int2[], ${wanted.map(([, head]) => head)}::int8[])
      as h(partition, head) on h.partition = o.partition
    where o.consumer_group = ${wish.group} and o.stopped_at is null and o.paused_at is null and o.next_offset < h.head`;
  const { rows } = await sql<ClaimRow>`
    with behind as (
      select count(*)::int4 as lagging from ledger.consumer_offsets o join ${heads}
    ),
    claimed as (
      select o.partition, o.next_offset, h.head from ledger.consumer_offsets o join ${heads}
      order by o.updated_at
      limit (select least(${wish.partitionsMax}::int4, greatest(1, lagging / ${wish.members}::int4)) from behind)
      for update of o skip locked
    )
    select b.lagging, c.partition, c.next_offset as "fromOffset", c.head as "toOffset"
    from behind b left join claimed c on true`.execute(db);
  const ranges = rows.flatMap(({ partition, fromOffset, toOffset }) =>
    partition === null ? [] : [{ partition, fromOffset, toOffset }],
  );
  return { ranges, isHeldByOthers: ranges.length === 0 && (rows[0]?.lagging ?? 0) > 0 };
}
