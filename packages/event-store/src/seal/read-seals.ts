/** Reading the chain of a partition. */
import type { Instant } from '@northwind/events';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import { type BlockHeader, GENESIS } from './hash-block.ts';
import type { Hash } from './hash-leaf.ts';

/** A block as it is stored. */
export interface Seal extends BlockHeader {
  readonly hash: Hash;
  readonly leafPrefixes: Buffer;
}

interface SealRow {
  readonly partition: number;
  readonly block: bigint;
  readonly fromOffset: bigint;
  readonly nextOffset: bigint;
  /** Null for what is no instant: seals are also read where they may have been tampered with. */
  readonly sealedAt: Instant | null;
  readonly root: string;
  readonly previous: string | null;
  readonly hash: string;
  readonly leafPrefixes: Buffer;
}

/** The blocks from `block` on, in order. */
export async function readSeals(
  db: Kysely<LedgerTables>,
  from: { readonly partition: number; readonly block: bigint },
  limit: number,
): Promise<Seal[]> {
  return select(db, sql`where partition = ${from.partition} and block >= ${from.block} order by block limit ${limit}`);
}

/** The block that holds an offset; null when it is not sealed. */
export async function readSealOf(
  db: Kysely<LedgerTables>,
  at: { readonly partition: number; readonly offset: bigint },
): Promise<Seal | null> {
  const [seal] = await select(
    db,
    sql`where partition = ${at.partition} and next_offset > ${at.offset} order by next_offset limit 1`,
  );
  return seal !== undefined && seal.fromOffset <= at.offset ? seal : null;
}

async function select(db: Kysely<LedgerTables>, which: RawBuilder<unknown>): Promise<Seal[]> {
  const { rows } = await sql<SealRow>`
    select partition, block, from_offset as "fromOffset", next_offset as "nextOffset",
           case when sealed_at between '0001-01-01' and '9999-12-31 23:59:59.999999'
             then to_char(sealed_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "sealedAt", encode(root, 'hex') as root,
           encode(previous, 'hex') as previous, encode(hash, 'hex') as hash, leaf_prefixes as "leafPrefixes"
    from ledger.seals ${which}`.execute(db);
  return rows.map((row) => ({ ...row, sealedAt: row.sealedAt ?? '', previous: row.previous ?? GENESIS }));
}
