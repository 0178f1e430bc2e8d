/**
 * Takes what proves one event out of the log: the event with everything its leaf is made of, the way from its leaf to
 * the root of its block, and the headers of the blocks from there to the end of the chain.
 */
import { canonicalBody, type Instant, readStoredData } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';
import { type Hash, hashLeaf } from './hash-leaf.ts';
import { auditPath, merkleRoot } from './merkle-tree.ts';
import { readSealOf, readSeals, type Seal } from './read-seals.ts';

export const PROOF_FORMAT = 'northwind-settlement/proof/1';

export interface ProofBlock {
  readonly block: bigint;
  readonly fromOffset: bigint;
  readonly nextOffset: bigint;
  readonly sealedAt: Instant;
  readonly root: Hash;
  readonly previous: Hash;
  readonly hash: Hash;
}

/** As JSON: integers are numbers, hashes hexadecimal. */
export interface Proof {
  readonly format: typeof PROOF_FORMAT;
  readonly event: Coordinate & {
    readonly idempotencyKey: string;
    /** Hexadecimal. */
    readonly fingerprint: Hash;
    readonly version: number;
    readonly recordedAt: Instant;
    readonly messageId: string | null;
    readonly trace: string | null;
    /** RFC 8785 canonical JSON of {data, subject, time, type}, of which the fingerprint is the SHA-256. */
    readonly body: string;
  };
  /** From the leaf up. */
  readonly path: readonly Hash[];
  /** The event's block, and those after it. */
  readonly blocks: readonly ProofBlock[];
}

export type ProofAnswer =
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'no_such_event' }
  /** It is too young, or its seal is gone. */
  | { readonly kind: 'not_sealed' }
  /** The rows of its block do not give the block's root any more. */
  | { readonly kind: 'damaged'; readonly block: bigint };

interface EventRow extends Coordinate {
  readonly idempotencyKey: string;
  readonly fingerprint: Buffer;
  readonly version: number;
  readonly recordedAt: Instant;
  readonly messageId: string | null;
  readonly trace: string | null;
}

interface BodyRow {
  readonly type: string;
  readonly subject: string;
  readonly time: Instant;
  readonly data: string;
}

const HEADERS_A_PAGE = 1_000;

export interface ProofWish extends Coordinate {
  /** The last block that the proof is to hold; without it all there are. */
  readonly toBlock?: bigint;
}

export async function exportProof(db: Kysely<LedgerTables>, wish: ProofWish): Promise<ProofAnswer> {
  const { partition, offset } = wish;
  const body = await readBody(db, wish);
  if (body === null) return { kind: 'no_such_event' };
  const seal = await readSealOf(db, { partition, offset });
  if (seal === null) return { kind: 'not_sealed' };
  const rows = await readBlock(db, seal);
  const index = Number(offset - seal.fromOffset);
  const row = rows[index];
  const leaves = rows.map(hashLeaf);
  if (row?.offset !== offset || merkleRoot(leaves) !== seal.root) return { kind: 'damaged', block: seal.block };
  const { fingerprint, ...leafFields } = row;
  const event = { ...leafFields, fingerprint: fingerprint.toString('hex'), body };
  const blocks = await readHeaders(db, seal, wish.toBlock);
  return { kind: 'proof', proof: { format: PROOF_FORMAT, event, path: auditPath(leaves, index), blocks } };
}

async function readBody(db: Kysely<LedgerTables>, { partition, offset }: Coordinate): Promise<string | null> {
  const { rows } = await sql<BodyRow>`
    select type, subject, occurred_at as time, data::text as data
    from ledger.events where partition = ${partition} and "offset" = ${offset}`.execute(db);
  const [row] = rows;
  return row === undefined ? null : canonicalBody({ ...row, data: readStoredData(row.data) as object });
}

async function readBlock(db: Kysely<LedgerTables>, seal: Seal): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select partition, "offset", idempotency_key as "idempotencyKey", fingerprint, version,
           recorded_at as "recordedAt", message_id as "messageId", trace
    from ledger.events
    where partition = ${seal.partition} and "offset" >= ${seal.fromOffset} and "offset" < ${seal.nextOffset}
    order by "offset"`.execute(db);
  return rows;
}

async function readHeaders(db: Kysely<LedgerTables>, first: Seal, toBlock?: bigint): Promise<ProofBlock[]> {
  const blocks: ProofBlock[] = [];
  const { partition } = first;
  for (let block = first.block; ; ) {
    const page = await readSeals(db, { partition, block }, HEADERS_A_PAGE);
    const wanted = page.filter((seal) => toBlock === undefined || seal.block <= toBlock);
    blocks.push(...wanted.map(({ leafPrefixes: _, partition: __, ...header }) => header));
    const last = page.at(-1);
    if (last === undefined || page.length < HEADERS_A_PAGE || wanted.length < page.length) return blocks;
    block = last.block + 1n;
  }
}
