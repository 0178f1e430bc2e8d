/**
 * Deletes login links, sessions and tickets whose time is over. What expired is refused anyway; this is only tidying.
 */
import { type Kysely, sql } from 'kysely';
import type { AccessTables } from './tables.ts';

// One statement takes a bounded bite, so that it never holds many locks or runs for long.
const BITE_ROWS_MAX = 1_000;

const SWEPT = [
  { table: 'access.login_links', key: 'token_hash' },
  { table: 'access.sessions', key: 'session_hash' },
  { table: 'access.stream_tickets', key: 'ticket_hash' },
] as const satisfies readonly { table: keyof AccessTables; key: string }[];

/** Returns how many rows went. Nodes may sweep at the same time: each skips what another has locked. */
export async function sweepExpired(db: Kysely<AccessTables>): Promise<number> {
  let swept = 0;
  for (const { table, key } of SWEPT) {
    let bite: number;
    do {
      bite = await sweepBite(db, table, key);
      swept += bite;
    } while (bite === BITE_ROWS_MAX);
  }
  return swept;
}

async function sweepBite(db: Kysely<AccessTables>, table: string, key: string): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from ${sql.table(table)} where ${sql.ref(key)} in (
      select ${sql.ref(key)} from ${sql.table(table)} where expires_at < clock_timestamp()
      order by expires_at limit ${BITE_ROWS_MAX} for update skip locked
    )`.execute(db);
  return Number(numAffectedRows);
}
