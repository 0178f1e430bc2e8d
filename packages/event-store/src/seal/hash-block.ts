/**
 * A block's place in its partition's chain.
 *
 *   block hash = SHA-256( "northwind-settlement/seal/1" ‖ 0x00 ‖ partition u16 ‖ block u64 ‖ from_offset u64
 *                         ‖ next_offset u64 ‖ sealed_at i64, microseconds since 1970 ‖ root ‖ previous )
 *
 * Block 0 follows the genesis, SHA-256 of "northwind-settlement/seal/1/genesis". The first byte of a block is neither
 * that of a leaf nor that of a node, so none can be passed off as another.
 */
import { hash } from 'node:crypto';
import type { Instant } from '@northwind/events';
import { type Hash, toMicros } from './hash-leaf.ts';

export interface BlockHeader {
  readonly partition: number;
  /** From 0 within the partition. */
  readonly block: bigint;
  readonly fromOffset: bigint;
  /** Exclusive: where the next block begins. */
  readonly nextOffset: bigint;
  readonly sealedAt: Instant;
  /** Merkle root over the block's leaves. */
  readonly root: Hash;
  /** Hash of the block before. */
  readonly previous: Hash;
}

const TAG = 'northwind-settlement/seal/1';
const FIXED_BYTES = 34;

export const GENESIS: Hash = hash('sha256', `${TAG}/genesis`, 'hex');

export function hashBlock(header: BlockHeader): Hash {
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt16BE(header.partition, 0);
  fixed.writeBigUInt64BE(header.block, 2);
  fixed.writeBigUInt64BE(header.fromOffset, 10);
  fixed.writeBigUInt64BE(header.nextOffset, 18);
  fixed.writeBigInt64BE(toMicros(header.sealedAt), 26);
  const parts = [Buffer.from(`${TAG}\0`), fixed, Buffer.from(header.root, 'hex'), Buffer.from(header.previous, 'hex')];
  return hash('sha256', Buffer.concat(parts), 'hex');
}
