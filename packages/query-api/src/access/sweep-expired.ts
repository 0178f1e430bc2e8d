/**
 * Deletes login links, sessions and tickets whose time is over. What expired is refused anyway; this is only tidying.
 */
import { type Kysely, sql } from 'kysely';
import type { AccessTables } from './tables.ts';

// One sweep takes a bounded bite, so that it never holds many locks or runs for long.
const SWEEP_ROWS_MAX = 1_000;

const SWEPT = [
  { table: 'access.login_links', key: 'token_hash' },
  { table: 'access.sessions', key: 'session_hash' },
  { table: 'access.stream_tickets', key: 'ticket_hash' },
] as const satisfies readonly { table: keyof AccessTables; key: string }[];

/** Returns how many rows went. Nodes may sweep at the same time: each skips what another has locked. */
export async function sweepExpired(db: Kysely<AccessTables>): Promise<number> {
  let swept = 0n;
  for (const { table, key } of SWEPT) {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where ${sql.ref(key)} in (
        select ${sql.ref(key)} from ${sql.table(table)} where expires_at < clock_timestamp()
        order by expires_at limit ${SWEEP_ROWS_MAX} for update skip locked
      )`.execute(db);
    swept += numAffectedRows ?? 0n;
  }
  return Number(swept);
}
