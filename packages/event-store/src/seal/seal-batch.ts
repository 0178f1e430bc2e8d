/** Closes one block over each partition's slice of a batch, in the transaction that moves the sealer's offsets. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { BatchSlice, ConsumedBatch } from '../consume/consume-round.ts';
import type { LedgerTables } from '../tables.ts';
import { GENESIS, hashBlock } from './hash-block.ts';
import { type Hash, hashLeaf, type LeafFields } from './hash-leaf.ts';
import { merkleRoot } from './merkle-tree.ts';

/** Enough to tell leaves of one block apart; too little to forge an event with, and never relied on for that. */
export const LEAF_PREFIX_BYTES = 8;

interface ChainEnd {
  readonly partition: number;
  readonly block: bigint | null;
  readonly nextOffset: bigint | null;
  readonly hash: Buffer | null;
  /** By the database's clock. */
  readonly now: Instant;
}

interface NewSeal {
  readonly partition: number;
  readonly block: bigint;
  readonly fromOffset: bigint;
  readonly nextOffset: bigint;
  readonly sealedAt: Instant;
  readonly root: Buffer;
  readonly previous: Buffer | null;
  readonly hash: Buffer;
  readonly leafPrefixes: Buffer;
}

export async function sealBatch(db: Kysely<LedgerTables>, batch: ConsumedBatch<LeafFields>): Promise<void> {
  const slices = batch.slices.filter((slice) => slice.items.length > 0);
  if (slices.length === 0) return;
  const ends = new Map((await readChainEnds(db, slices)).map((end) => [end.partition, end]));
  await insertSeals(
    db,
    slices.map((slice) => closeBlock(slice, ends.get(slice.partition))),
  );
}

async function readChainEnds(db: Kysely<LedgerTables>, slices: readonly BatchSlice<LeafFields>[]): Promise<ChainEnd[]> {
  const { rows } = await sql<ChainEnd>`
    select p.partition, s.block, s.next_offset as "nextOffset", s.hash, clock_timestamp() as now
    from unnest(${slices.map((slice) => slice.partition)}::int2[]) as p(partition)
    left join lateral (
      select block, next_offset, hash from ledger.seals l where l.partition = p.partition order by block desc limit 1
    ) s on true`.execute(db);
  return rows;
}

/**
 * A slice that does not begin where the chain ends is refused, which stops the partition: somebody has moved the
 * group's offset or taken seals away, and sealing on would cover it up.
 */
function closeBlock({ partition, items, fromOffset, nextOffset }: BatchSlice<LeafFields>, end?: ChainEnd): NewSeal {
  if (end === undefined) throw new Error(`no end of the chain was read for partition ${partition}`);
  const sealedTo = end.nextOffset ?? 0n;
  if (fromOffset !== sealedTo) {
    throw new Error(
      `the seals of partition ${partition} end at offset ${sealedTo} and the group stands at ${fromOffset}; ` +
        'nothing is sealed on; run settle verify',
    );
  }
  const leaves = items.map(hashLeaf);
  const header = {
    partition,
    block: end.block === null ? 0n : end.block + 1n,
    fromOffset,
    nextOffset,
    sealedAt: end.now,
    root: merkleRoot(leaves),
    previous: end.hash?.toString('hex') ?? GENESIS,
  };
  return {
    ...header,
    root: Buffer.from(header.root, 'hex'),
    previous: end.hash,
    hash: Buffer.from(hashBlock(header), 'hex'),
    leafPrefixes: joinPrefixes(leaves),
  };
}

function joinPrefixes(leaves: readonly Hash[]): Buffer {
  return Buffer.from(leaves.map((leaf) => leaf.slice(0, 2 * LEAF_PREFIX_BYTES)).join(''), 'hex');
}

async function insertSeals(db: Kysely<LedgerTables>, seals: readonly NewSeal[]): Promise<void> {
  const column = <K extends keyof NewSeal>(name: K): NewSeal[K][] => seals.map((seal) => seal[name]);
  await sql`
    insert into ledger.seals (partition, block, from_offset, next_offset, sealed_at, root, previous, hash,
                              leaf_prefixes)
    select * from unnest(${column('partition')}::int2[], ${column('block')}::int8[], ${column('fromOffset')}::int8[],
                         ${column('nextOffset')}::int8[], ${column('sealedAt')}::timestamptz[],
                         ${column('root')}::bytea[], ${column('previous')}::bytea[], ${column('hash')}::bytea[],
                         ${column('leafPrefixes')}::bytea[])`.execute(db);
}
