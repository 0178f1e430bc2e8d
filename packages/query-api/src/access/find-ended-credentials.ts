/** Which of these credentials no longer open anything: keys revoked, sessions ended or expired. */
import { type Kysely, sql } from 'kysely';
import type { Credential } from './principal.ts';
import type { AccessTables } from './tables.ts';

/** A credential as a map's key. */
export function credentialKey(credential: Credential): string {
  return credential.kind === 'key' ? `key:${credential.keyId}` : `session:${credential.sessionHash.toString('hex')}`;
}

export async function findEndedCredentials(
  db: Kysely<AccessTables>,
  credentials: readonly Credential[],
): Promise<ReadonlySet<string>> {
  const keyIds = credentials.flatMap((c) => (c.kind === 'key' ? [c.keyId] : []));
  const sessionHashes = credentials.flatMap((c) => (c.kind === 'session' ? [c.sessionHash] : []));
  const { rows } = await sql<{ key_id: string | null; session_hash: Buffer | null }>`
    select wanted.key_id, null::bytea as session_hash
    from unnest(${keyIds}::text[]) as wanted (key_id)
    where not exists (select from access.api_keys k where k.key_id = wanted.key_id and k.revoked_at is null)
    union all
    select null, wanted.session_hash
    from unnest(${sessionHashes}::bytea[]) as wanted (session_hash)
    where not exists (
      select from access.sessions s where s.session_hash = wanted.session_hash and s.expires_at > clock_timestamp()
    )`.execute(db);
  return new Set(
    rows.map((row) =>
      row.session_hash === null
        ? credentialKey({ kind: 'key', keyId: row.key_id ?? '' })
        : credentialKey({ kind: 'session', sessionHash: row.session_hash }),
    ),
  );
}
