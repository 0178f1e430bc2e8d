/** Exchanges a login link's token for a session, once. */
import type { Instant } from '@northwind/events';
import type { Kysely } from 'kysely';
import { databaseNow, fromNow } from './database-clock.ts';
import type { AccessTables } from './tables.ts';
import { createToken, hashToken } from './token.ts';

export const SESSION_TTL_MS = 12 * 3_600_000;

export interface OpenedSession {
  /** The cookie's value; only its hash is stored. */
  readonly session: string;
  readonly expiresAt: Instant;
}

/** Null when the token is not one, was used, or has expired: the caller is told no more than that. */
export async function exchangeLoginLink(db: Kysely<AccessTables>, token: string): Promise<OpenedSession | null> {
  const tokenHash = hashToken('loginLink', token);
  if (!tokenHash) return null;
  return db.transaction().execute(async (trx) => {
    // Of two exchanges at once the second waits here for the first's row lock and then finds used_at set.
    const link = await trx
      .updateTable('access.login_links')
      .set({ used_at: databaseNow })
      .where('token_hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', databaseNow)
      .returning(['merchant_id', 'role'])
      .executeTakeFirst();
    if (!link) return null;
    const { text, hash } = createToken('session');
    const { expires_at } = await trx
      .insertInto('access.sessions')
      .values({
        session_hash: hash,
        merchant_id: link.merchant_id,
        role: link.role,
        expires_at: fromNow(SESSION_TTL_MS),
      })
      .returning('expires_at')
      .executeTakeFirstOrThrow();
    return { session: text, expiresAt: expires_at };
  });
}
