/** Signs a person out. */
import type { Kysely } from 'kysely';
import type { AccessTables } from './tables.ts';

export async function endSession(db: Kysely<AccessTables>, sessionHash: Buffer): Promise<void> {
  await db.deleteFrom('access.sessions').where('session_hash', '=', sessionHash).execute();
}
