/**
 * The Merkle tree of RFC 6962 (Certificate Transparency) over leaves that are hashed already:
 * node = SHA-256( 0x01 ‖ left ‖ right ), split at the largest power of two below the number of leaves. Joining
 * neighbours level by level, with the odd one out moving up as it is, gives the same tree.
 */
import { hash } from 'node:crypto';
import type { Hash } from './hash-leaf.ts';

const NODE_TAG = 0x01;
const HASH_BYTES = 32;
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_TAG);

export function hashNode(left: Hash, right: Hash): Hash {
  node.write(left, 1, HASH_BYTES, 'hex');
  node.write(right, 1 + HASH_BYTES, HASH_BYTES, 'hex');
  return hash('sha256', node, 'hex');
}

/** Of no leaves it is the hash of nothing. */
export function merkleRoot(leaves: readonly Hash[]): Hash {
  let level = leaves;
  while (level.length > 1) level = levelAbove(level);
  return level[0] ?? hash('sha256', '', 'hex');
}

/** The hashes beside the way from a leaf up to the root, from the bottom. */
export function auditPath(leaves: readonly Hash[], index: number): Hash[] {
  const path: Hash[] = [];
  let at = index;
  for (let level = leaves; level.length > 1; level = levelAbove(level)) {
    const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
    if (sibling !== undefined) path.push(sibling);
    at = Math.floor(at / 2);
  }
  return path;
}

export interface Inclusion {
  readonly leaf: Hash;
  /** Of the leaf among the tree's `size` leaves. */
  readonly index: number;
  readonly size: number;
  readonly path: readonly Hash[];
}

/** The root that the path leads to; null when a tree of that size has no such path. */
export function rootOfInclusion({ leaf, index, size, path }: Inclusion): Hash | null {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return null;
  const rest = [...path];
  let current = leaf;
  let at = index;
  for (let width = size; width > 1; width = Math.ceil(width / 2)) {
    const isLeft = at % 2 === 0;
    if (!isLeft || at + 1 < width) {
      const sibling = rest.shift();
      if (sibling === undefined) return null;
      current = isLeft ? hashNode(current, sibling) : hashNode(sibling, current);
    }
    at = Math.floor(at / 2);
  }
  return rest.length === 0 ? current : null;
}

function levelAbove(level: readonly Hash[]): Hash[] {
  const above: Hash[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const left = level[at] as Hash;
    const right = level[at + 1];
    above.push(right === undefined ? left : hashNode(left, right));
  }
  return above;
}
