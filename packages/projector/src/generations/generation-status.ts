/** What `settle rebuild --status` shows: every generation, how far it is behind the log, and what it takes. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { GenerationStatus, ReadTables } from '../tables.ts';

export interface StatusOfGeneration {
  readonly generation: number;
  readonly status: GenerationStatus;
  readonly createdAt: Instant;
  /** Null for one that never was active. */
  readonly activatedAt: Instant | null;
  /** Events of the log that it has not applied. */
  readonly lag: bigint;
  /** Of its tables with their indexes. */
  readonly bytes: bigint;
}

/** Oldest first. */
export async function readGenerationStatus(db: Kysely<ReadTables>): Promise<StatusOfGeneration[]> {
  const { rows } = await sql<StatusOfGeneration>`
    select g.generation, g.status, g.created_at as "createdAt", g.activated_at as "activatedAt",
           (select coalesce(sum(p.next_offset - coalesce(o.next_offset, 0)), 0)::int8
            from ledger.partitions p
            left join ledger.consumer_offsets o
              on o.consumer_group = g.consumer_group and o.partition = p.partition) as lag,
           (select coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'read_g' || g.generation and c.relkind = 'r') as bytes
    from read.generations g order by g.generation`.execute(db);
  return rows;
}
