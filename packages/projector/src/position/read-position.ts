/** How far the active generation has come, partition by partition. */
import { partitionOf } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';

export interface ReadPosition {
  readonly epoch: string;
  /** Partition → offset of the last applied event; -1n before the first. Every partition of the log is in it. */
  readonly offsets: ReadonlyMap<number, bigint>;
}

/** The coordinate that an answer is as of: everything of the partition up to this offset is in it, nothing after. */
export interface AsOf {
  readonly epoch: string;
  readonly partition: number;
  readonly offset: bigint;
}

export async function readPosition(db: Kysely<ReadTables>): Promise<ReadPosition> {
  const { rows } = await sql<AsOf>`
    select g.epoch, p.partition, coalesce(o.next_offset, 0) - 1 as "offset"
    from read.generations g
    cross join ledger.partitions p
    left join ledger.consumer_offsets o on o.consumer_group = g.consumer_group and o.partition = p.partition
    where g.status = 'active'`.execute(db);
  const [first] = rows;
  if (first === undefined) throw new Error('no generation of the read models is active; run: settle migrate');
  return { epoch: first.epoch, offsets: new Map(rows.map((row) => [row.partition, row.offset])) };
}

/** Where a merchant's rows stand. */
export function asOfMerchant({ epoch, offsets }: ReadPosition, merchantId: string): AsOf {
  const partition = partitionOf(merchantId, offsets.size);
  return { epoch, partition, offset: offsets.get(partition) ?? -1n };
}
