/**
 * The heads of all chains, to be kept where who can change the database can not change them (an anchor).
 *
 *   one hash over all = SHA-256( "northwind-settlement/heads/1" ‖ 0x00 ‖ for each partition in ascending order:
 *                                partition u16 ‖ block i64 ‖ next_offset u64 ‖ hash )
 *
 * A partition without a seal stands with block −1, next offset 0 and the genesis.
 */
import { hash } from 'node:crypto';
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import { GENESIS } from './hash-block.ts';
import type { Hash } from './hash-leaf.ts';

export interface SealHead {
  readonly partition: number;
  /** The last block; −1 when there is none. */
  readonly block: bigint;
  readonly nextOffset: bigint;
  readonly hash: Hash;
}

export interface SealHeads {
  /** By the database's clock. */
  readonly readAt: Instant;
  readonly heads: readonly SealHead[];
  /** Over all heads. */
  readonly hash: Hash;
}

const TAG = 'northwind-settlement/heads/1';

export async function readSealHeads(db: Kysely<LedgerTables>): Promise<SealHeads> {
  const { rows } = await sql<SealHead & { readonly readAt: Instant }>`
    select p.partition, coalesce(s.block, -1)::int8 as block, coalesce(s.next_offset, 0)::int8 as "nextOffset",
           coalesce(encode(s.hash, 'hex'), ${GENESIS}) as hash, statement_timestamp() as "readAt"
    from ledger.partitions p
    left join lateral (
      select block, next_offset, hash from ledger.seals l where l.partition = p.partition order by block desc limit 1
    ) s on true
    order by p.partition`.execute(db);
  const heads = rows.map(({ readAt: _, ...head }) => head);
  return { readAt: rows[0]?.readAt ?? '', heads, hash: hashHeads(heads) };
}

export function hashHeads(heads: readonly SealHead[]): Hash {
  const parts = heads
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, block, nextOffset, hash: head }) => {
      const bytes = Buffer.alloc(50);
      bytes.writeUInt16BE(partition, 0);
      bytes.writeBigInt64BE(block, 2);
      bytes.writeBigUInt64BE(nextOffset, 10);
      bytes.write(head, 18, 32, 'hex');
      return bytes;
    });
  return hash('sha256', Buffer.concat([Buffer.from(`${TAG}\0`), ...parts]), 'hex');
}
