/**
 * Heads as text, one line a partition, made to be printed, mailed and kept; and read again. A file may hold any number
 * of them, one below the other: an anchor is best kept as a list that only grows.
 */
import { GENESIS } from './hash-block.ts';
import type { Hash } from './hash-leaf.ts';
import { hashHeads, type SealHead, type SealHeads } from './seal-heads.ts';

export interface Anchor {
  /** What was printed; several of one partition where the file holds several. */
  readonly heads: readonly SealHead[];
  /** The hashes over all that the file holds, each of them right. */
  readonly hashes: readonly Hash[];
}

export type AnchorResult =
  | { readonly ok: true; readonly anchor: Anchor }
  | { readonly ok: false; readonly line: number; readonly message: string };

const HEAD = /^(\d{1,5}) (-1|\d{1,19}) (\d{1,19}) ([0-9a-f]{64})$/;
const PARTITION_MAX = 32_767;
const OFFSET_MAX = 2n ** 63n - 1n;
const ALL = /^all ([0-9a-f]{64})$/;

export function anchorText({ readAt, heads, hash }: SealHeads): string {
  const lines = heads.map((head) => `${head.partition} ${head.block} ${head.nextOffset} ${head.hash}`);
  return [`# seal heads at ${readAt}: partition, block, next offset, hash`, ...lines, `all ${hash}`].join('\n');
}

/** Refuses what it doesn't know and what doesn't add up: a damaged anchor must not count as one that holds. */
export function parseAnchor(text: string): AnchorResult {
  const heads: SealHead[] = [];
  const hashes: Hash[] = [];
  let since = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const refuse = (message: string): AnchorResult => ({ ok: false, line: index + 1, message });
    const head = HEAD.exec(line);
    const all = ALL.exec(line);
    if (head !== null) {
      const [, partition = '', block = '', nextOffset = '', hash = ''] = head;
      if (Number(partition) > PARTITION_MAX || BigInt(block) > OFFSET_MAX || BigInt(nextOffset) > OFFSET_MAX) {
        return refuse('no log has such a partition, block or offset');
      }
      heads.push({ partition: Number(partition), block: BigInt(block), nextOffset: BigInt(nextOffset), hash });
      if (block === '-1' && hash !== GENESIS) return refuse('a partition without a seal stands at the genesis');
    } else if (all !== null) {
      const hash = all[1] as Hash;
      if (hashHeads(heads.slice(since)) !== hash) return refuse('this hash is not over the lines above it');
      hashes.push(hash);
      since = heads.length;
    } else return refuse('is no line of: settle seal head');
  }
  if (since < heads.length) {
    const message = 'the lines at the end have no line `all` below them: the file was cut off';
    return { ok: false, line: text.trimEnd().split('\n').length, message };
  }
  if (heads.length === 0) return { ok: false, line: 1, message: 'holds no line of: settle seal head' };
  return { ok: true, anchor: { heads, hashes } };
}
