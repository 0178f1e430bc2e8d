/**
 * Whether the active generation keeps a read model at all. One that was made before the model existed goes on without
 * it, and a view of schema `read` may then still show another generation's table: an answer from there would be wrong.
 */
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';

/** What was asked for is not kept by the generation that answers; the message says what to do. */
export class MissingModelError extends Error {
  override name = 'MissingModelError';

  constructor(model: string) {
    super(`this generation of the read models has no ${model}; settle rebuild makes one that has`);
  }
}

/** Inside a snapshot of the caller's. Throws MissingModelError. */
export async function requireModel(db: Kysely<ReadTables>, model: 'journal' | 'statements'): Promise<void> {
  const { rows } = await sql`
    select from read.generations g
    join pg_namespace n on n.nspname = format('read_g%s', g.generation)
    join pg_class c on c.relnamespace = n.oid and c.relname = ${model}
    where g.status = 'active'`.execute(db);
  if (rows.length === 0) throw new MissingModelError(model);
}
