/** Makes the token of a link by which a person comes in once. */
import type { Instant } from '@northwind/events';
import type { Kysely } from 'kysely';
import { fromNow } from './database-clock.ts';
import type { Role } from './principal.ts';
import type { AccessTables } from './tables.ts';
import { createToken } from './token.ts';

export interface LoginLinkToCreate {
  readonly merchantId: string | null;
  /** `merchant` when it names a merchant and says nothing else. */
  readonly role?: Role;
  readonly ttlMs: number;
}

export interface CreatedLoginLink {
  /** Goes into the fragment of the link (`/login#token=…`), which browsers don't send to servers. */
  readonly token: string;
  readonly expiresAt: Instant;
}

export async function createLoginLink(db: Kysely<AccessTables>, wanted: LoginLinkToCreate): Promise<CreatedLoginLink> {
  const { text, hash } = createToken('loginLink');
  const { expires_at } = await db
    .insertInto('access.login_links')
    .values({
      token_hash: hash,
      merchant_id: wanted.merchantId,
      role: wanted.role ?? 'merchant',
      expires_at: fromNow(wanted.ttlMs),
    })
    .returning('expires_at')
    .executeTakeFirstOrThrow();
  return { token: text, expiresAt: expires_at };
}
