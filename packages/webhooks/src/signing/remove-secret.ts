/** Takes a secret away before its overlap ends, or the key pair of v1a for good. The current secret of v1 stays. */
import { type Kysely, sql } from 'kysely';
import { lockEndpoint } from '../endpoints/lock-endpoint.ts';
import type { DeliveryTables } from '../tables.ts';
import { readLiveSecrets, type SecretsOfEndpoint } from './list-secrets.ts';
import { type ActedBy, recordSecretActions } from './record-secret-action.ts';
import { type RefusedSecret, refuseSecret } from './secret-problem.ts';

export interface SecretToRemove extends SecretsOfEndpoint, ActedBy {
  readonly version: number;
}

export async function removeSecret(
  db: Kysely<DeliveryTables>,
  wish: SecretToRemove,
): Promise<{ readonly ok: true } | RefusedSecret> {
  const { endpointId, version, actor, reason } = wish;
  return db.transaction().execute(async (trx) => {
    if (!(await lockEndpoint(trx, wish))) return refuseSecret('endpoint_not_found');
    const live = await readLiveSecrets(trx, endpointId);
    const secret = live.find((candidate) => candidate.version === version);
    if (!secret) return refuseSecret('version_not_found');
    const { scheme } = secret;
    if (scheme === 'v1' && secret.expiresAt === null) return refuseSecret('secret_is_current');
    await sql`
      delete from delivery.secrets where endpoint_id = ${endpointId} and version = ${version}::int4`.execute(trx);
    await recordSecretActions(trx, [
      { action: 'removed', endpointId, version, scheme, actor, ...(reason && { reason }) },
    ]);
    return { ok: true };
  });
}
