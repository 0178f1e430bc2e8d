/** Makes a key for a program. */
import { randomBytes } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { Role } from './principal.ts';
import type { AccessTables } from './tables.ts';
import { createToken } from './token.ts';

export interface ApiKeyToCreate {
  readonly role: Role;
  /** Whose data a merchant's key reads; null for finance and operators. */
  readonly merchantId: string | null;
  /** For people: what uses it. */
  readonly name: string;
}

export interface CreatedApiKey {
  readonly keyId: string;
  /** `nws_…`; can't be shown again. */
  readonly key: string;
}

const KEY_ID_BYTES = 9;

export async function createApiKey(db: Kysely<AccessTables>, wanted: ApiKeyToCreate): Promise<CreatedApiKey> {
  const { text, hash } = createToken('apiKey');
  const keyId = `key_${randomBytes(KEY_ID_BYTES).toString('base64url')}`;
  await db
    .insertInto('access.api_keys')
    .values({
      key_id: keyId,
      key_hash: hash,
      role: wanted.role,
      merchant_id: wanted.merchantId,
      name: wanted.name,
    })
    .execute();
  return { keyId, key: text };
}
