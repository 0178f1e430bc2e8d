/** Holds the chain against heads that were printed earlier and kept elsewhere. */
import { type Kysely, sql } from 'kysely';
import type { Anchor } from '../seal/anchor-text.ts';
import type { SealHead } from '../seal/seal-heads.ts';
import type { LedgerTables } from '../tables.ts';
import type { Finding } from './finding.ts';

type StoredHead = SealHead & { readonly fromOffset: bigint };

export interface AnchorCheck {
  /** Heads compared: those of partitions that had a seal. */
  readonly heads: number;
  readonly findings: readonly Finding[];
}

export async function checkAnchor(db: Kysely<LedgerTables>, anchor: Anchor): Promise<AnchorCheck> {
  const heads = anchor.heads.filter((head) => head.block >= 0n);
  const { rows } = await sql<StoredHead>`
    select s.partition, s.block, s.from_offset as "fromOffset", s.next_offset as "nextOffset",
           encode(s.hash, 'hex') as hash
    from unnest(${heads.map((head) => head.partition)}::int2[], ${heads.map((head) => head.block)}::int8[])
      as a(partition, block)
    join ledger.seals s using (partition, block)`.execute(db);
  const stored = new Map(rows.map((row) => [`${row.partition}/${row.block}`, row]));
  const findings = heads.flatMap((head) => judge(head, stored.get(`${head.partition}/${head.block}`)));
  return { heads: heads.length, findings };
}

function judge(anchored: SealHead, stored: StoredHead | undefined): Finding[] {
  const { partition, block, nextOffset } = anchored;
  if (stored === undefined) {
    const detail = `block ${block} was anchored and is not there: the chain was cut off before offset ${nextOffset}`;
    return [{ kind: 'missing', partition, offset: nextOffset - 1n, toOffset: nextOffset, detail }];
  }
  if (stored.hash === anchored.hash && stored.nextOffset === nextOffset) return [];
  const detail = `block ${block} is not the one that was anchored: the chain was rewritten here or before`;
  return [{ kind: 'seal_broken', partition, offset: stored.fromOffset, toOffset: stored.fromOffset + 1n, detail }];
}
