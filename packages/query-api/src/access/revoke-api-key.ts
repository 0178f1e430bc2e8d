/** Ends a key: requests with it fail at once, sockets opened with it close within seconds. */

import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { AccessTables } from './tables.ts';

/** False when there is no such key or it was revoked before. */
export async function revokeApiKey(db: Kysely<AccessTables>, keyId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('access.api_keys')
    .set({ revoked_at: sql<Instant>`clock_timestamp()` })
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}
