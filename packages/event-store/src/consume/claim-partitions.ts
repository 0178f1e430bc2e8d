/**
 * Takes partitions of a group for the length of the caller's transaction. The row lock is the ownership and the fence:
 * partitions that another consumer holds are passed over, and a crash frees its locks.
 */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import type { OffsetRange } from './source.ts';

export interface ClaimWish {
  readonly group: string;
  /** The source's safe high-water marks. */
  readonly heads: ReadonlyMap<number, bigint>;
  /** At most this many partitions, those first that have waited longest. */
  readonly partitionsMax: number;
  /** Only these partitions, where given. */
  readonly only?: readonly number[];
  /** Never these partitions, where given. */
  readonly except?: readonly number[];
}

export async function claimPartitions(db: Kysely<LedgerTables>, wish: ClaimWish): Promise<OffsetRange[]> {
  const wanted = [...wish.heads].filter(
    ([partition]) => (wish.only?.includes(partition) ?? true) && !wish.except?.includes(partition),
  );
  if (wanted.length === 0) return [];
  const { rows } = await sql<OffsetRange>`
    select o.partition, o.next_offset as "fromOffset", h.head as "toOffset"
    from ledger.consumer_offsets o
    join unnest(${wanted.map(([partition]) => partition)}::int2[], ${wanted.map(([, head]) => head)}::int8[])
      as h(partition, head) on h.partition = o.partition
    where o.consumer_group = ${wish.group} and o.stopped_reason is null and o.next_offset < h.head
    order by o.updated_at
    limit ${wish.partitionsMax}
    for update of o skip locked`.execute(db);
  return rows;
}
