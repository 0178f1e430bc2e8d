/** Who holds this API key or this session cookie. */
import type { Kysely } from 'kysely';
import { databaseNow } from './database-clock.ts';
import type { Principal } from './principal.ts';
import type { AccessTables } from './tables.ts';
import { hashToken } from './token.ts';

export async function findByApiKey(db: Kysely<AccessTables>, key: string): Promise<Principal | null> {
  const hash = hashToken('apiKey', key);
  if (!hash) return null;
  const row = await db
    .selectFrom('access.api_keys')
    .select(['key_id', 'role', 'merchant_id'])
    .where('key_hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ? { role: row.role, merchantId: row.merchant_id, credential: { kind: 'key', keyId: row.key_id } } : null;
}

export async function findBySession(db: Kysely<AccessTables>, session: string): Promise<Principal | null> {
  const sessionHash = hashToken('session', session);
  if (!sessionHash) return null;
  const row = await db
    .selectFrom('access.sessions')
    .select(['role', 'merchant_id'])
    .where('session_hash', '=', sessionHash)
    .where('expires_at', '>', databaseNow)
    .executeTakeFirst();
  return row ? { role: row.role, merchantId: row.merchant_id, credential: { kind: 'session', sessionHash } } : null;
}
