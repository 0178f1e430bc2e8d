/**
 * Holds the rows of a partition, as they are read in order, against the seals.
 *
 * A block whose root comes out of the rows is as it was sealed. Where it doesn't, the prefixes of its leaves tell which
 * rows differ, also when a row was changed together with its key and fingerprint so that nothing in it contradicts
 * itself. Rows that were sealed at another offset of the partition are told from changed ones at the end.
 */
import type { Kysely } from 'kysely';
import { GENESIS, hashBlock } from '../seal/hash-block.ts';
import { type Hash, hashLeaf, type LeafFields } from '../seal/hash-leaf.ts';
import { merkleRoot } from '../seal/merkle-tree.ts';
import { readSeals, type Seal } from '../seal/read-seals.ts';
import { LEAF_PREFIX_BYTES } from '../seal/seal-batch.ts';
import type { LedgerTables } from '../tables.ts';
import type { Findings } from './finding.ts';
import { createStrangers, type Strangers } from './name-strangers.ts';
import type { EventRow } from './read-rows.ts';
import { wholePage } from './whole-page.ts';

export interface SealMatch {
  /** Tells whether `match` may be called for the offset; else the seals of what lies there are read first. */
  isAt(offset: bigint): boolean;
  /** Goes on to an offset. Offsets that are passed over have no row. */
  advance(offset: bigint): Promise<void>;
  /** A row at the place that was advanced to. False when it is not the one that was sealed there. */
  match(row: EventRow, problems: readonly string[]): boolean;
  /** After the last row: the rest of the chain. */
  finish(): Promise<void>;
  /** The first offset that no seal covers. */
  sealedTo(): bigint;
  blocks(): number;
}

export interface SealMatchOptions {
  readonly db: Kysely<LedgerTables>;
  readonly partition: number;
  /** Later ones are not looked at. */
  readonly lastBlock: bigint;
  readonly findings: Findings;
}

/** Each may hold 32 KiB of prefixes. */
const SEALS_A_PAGE = 64;
const blockOf = (seal: Seal) => seal.block;
const PREFIX_DIGITS = 2 * LEAF_PREFIX_BYTES;
/** Of a row that no leaf can be made of. */
const NO_LEAF: Hash = '0'.repeat(64);

interface OpenBlock {
  readonly seal: Seal;
  /** Hexadecimal. */
  readonly prefixes: string;
  readonly leaves: (Hash | null)[];
  readonly suspects: { readonly row: EventRow; readonly problems: readonly string[]; readonly isSealed: boolean }[];
}

export function createSealMatch(options: SealMatchOptions): SealMatch {
  const { db, partition, lastBlock, findings } = options;
  const strangers = createStrangers(findings);
  let page: Seal[] = [];
  let nextBlock = 0n;
  let before: Pick<Seal, 'hash' | 'nextOffset'> = { hash: GENESIS, nextOffset: 0n };
  let open: OpenBlock | null = null;
  let hasEnded = false;
  let blocks = 0;

  /** The next block that rows can be held against; null at the end of the chain. */
  async function nextSeal(): Promise<Seal | null> {
    while (nextBlock <= lastBlock) {
      if (page.length === 0)
        page = [
          ...wholePage(await readSeals(db, { partition, block: nextBlock }, SEALS_A_PAGE), SEALS_A_PAGE, blockOf),
        ];
      const seal = page.shift();
      if (seal === undefined) return null;
      blocks += 1;
      const problems = chainProblems(seal, nextBlock, before);
      if (problems.length > 0) {
        findings.add({ kind: 'seal_broken', offset: before.nextOffset, detail: problems.join('; ') });
      }
      const usable = isUsable(seal, before.nextOffset);
      nextBlock = seal.block + 1n;
      before = usable ? seal : { hash: seal.hash, nextOffset: before.nextOffset };
      if (usable) return seal;
    }
    return null;
  }

  async function advance(offset: bigint): Promise<void> {
    while (!hasEnded && (open === null || open.seal.nextOffset <= offset)) {
      if (open !== null) closeBlock(open, findings, strangers);
      const seal = await nextSeal();
      open = seal && { seal, prefixes: seal.leafPrefixes.toString('hex'), leaves: emptyLeaves(seal), suspects: [] };
      hasEnded = open === null;
      if (hasEnded) return;
    }
  }

  return {
    isAt: (offset) => hasEnded || (open !== null && offset < open.seal.nextOffset),
    advance,
    match(row, problems) {
      if (open === null || row.offset < open.seal.fromOffset) {
        reportUnsealed(row, problems, findings);
        return true;
      }
      const index = Number(row.offset - open.seal.fromOffset);
      const leaf = leafOf(row);
      open.leaves[index] = leaf ?? NO_LEAF;
      const isSealed = open.prefixes.startsWith(leaf?.slice(0, PREFIX_DIGITS) ?? '-', index * PREFIX_DIGITS);
      if (!isSealed || problems.length > 0) open.suspects.push({ row, problems, isSealed });
      return isSealed;
    },
    async finish() {
      while (!hasEnded) await advance(open?.seal.nextOffset ?? before.nextOffset);
      if (nextBlock <= lastBlock) {
        const detail = `blocks ${nextBlock} to ${lastBlock} of the chain are not there`;
        findings.add({ kind: 'seal_broken', offset: before.nextOffset, detail });
      }
      strangers.name();
    },
    sealedTo: () => before.nextOffset,
    blocks: () => blocks,
  };
}

function emptyLeaves(seal: Seal): null[] {
  return new Array<null>(Number(seal.nextOffset - seal.fromOffset)).fill(null);
}

function chainProblems(seal: Seal, block: bigint, before: Pick<Seal, 'hash' | 'nextOffset'>): string[] {
  const missing = seal.block > block ? [`block ${block}${upTo(seal.block - 1n, block)} of the chain is not there`] : [];
  const follows = seal.previous === before.hash && seal.fromOffset === before.nextOffset;
  return [
    ...missing,
    ...(missing.length > 0 || follows ? [] : [`block ${seal.block} does not follow the block before it`]),
    ...(hashOrNull(seal) === seal.hash ? [] : [`block ${seal.block} does not have the hash of what it says`]),
  ];
}

const upTo = (last: bigint, first: bigint) => (last > first ? ` to ${last}` : '');

function hashOrNull(seal: Seal): Hash | null {
  try {
    return hashBlock(seal);
  } catch {
    return null; // a time or a number that no block can have
  }
}

/** Whether rows can be held against it: ahead of what is passed, and with a prefix for each of its leaves. */
function isUsable({ fromOffset, nextOffset, leafPrefixes }: Seal, passed: bigint): boolean {
  return fromOffset >= passed && BigInt(leafPrefixes.length) === BigInt(LEAF_PREFIX_BYTES) * (nextOffset - fromOffset);
}

function leafOf(row: EventRow): Hash | null {
  if (row.recordedAt === null) return null;
  try {
    return hashLeaf(row as LeafFields);
  } catch {
    return null;
  }
}

function reportUnsealed(row: EventRow, problems: readonly string[], findings: Findings): void {
  if (problems.length === 0) return;
  findings.add({ kind: 'changed', offset: row.offset, detail: problems.join('; ') });
}

function closeBlock(block: OpenBlock, findings: Findings, strangers: Strangers): void {
  const { seal, prefixes, leaves, suspects } = block;
  const addPlace = (offset: bigint, index = Number(offset - seal.fromOffset)) =>
    strangers.addPlace(offset, prefixes.slice(index * PREFIX_DIGITS, (index + 1) * PREFIX_DIGITS));
  const isWhole = leaves.every((leaf) => leaf !== null);
  const isAsSealed = isWhole && merkleRoot(leaves as Hash[]) === seal.root;
  const differ = suspects.some((suspect) => !suspect.isSealed);
  const broken = (detail: string) => findings.add({ kind: 'seal_broken', offset: seal.fromOffset, detail });
  if (isWhole && !isAsSealed && !differ) {
    broken(`the root of block ${seal.block} is not that of its events, each of which has the leaf that was sealed`);
  }
  if (isAsSealed && differ) {
    broken(`the leaf prefixes of block ${seal.block} are not those of its events, whose root is right`);
  }
  for (const { row, problems, isSealed } of suspects) {
    if (isSealed || isAsSealed) reportUnsealed(row, problems, findings);
    else {
      strangers.add(row, problems);
      addPlace(row.offset);
    }
  }
  leaves.forEach((leaf, index) => {
    if (leaf === null) addPlace(seal.fromOffset + BigInt(index));
  });
}
