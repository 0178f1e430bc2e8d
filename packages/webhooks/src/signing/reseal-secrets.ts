/**
 * Encrypts all secrets under the current key, so that an older key can be thrown away. In batches, each a transaction:
 * what was done stays done, and another run goes on with the rest. Workers go on signing meanwhile.
 *
 * A secret that none of the keys opens stays as it is and is named; the others are resealed all the same.
 */
import { type Kysely, sql } from 'kysely';
import { SECRET_BATCH_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { type ActedBy, recordSecretActions } from './record-secret-action.ts';
import type { SigningScheme } from './scheme.ts';
import { createSecretBox, SECRET_NONCE_BYTES, type SealedSecret, type SecretBox } from './secret-box.ts';

export interface ResealOptions extends ActedBy {
  /** The key to seal with, as workers and API have it. */
  readonly secretsKey: string;
  /** Keys to open with, besides. */
  readonly oldSecretsKeys: readonly string[];
  readonly randomBytes: (size: number) => Uint8Array;
  readonly batchSizeMax?: number;
  /** Told after each batch how many were resealed so far. */
  readonly onProgress?: (resealed: number) => void;
}

export interface UnreadableSecret {
  readonly endpointId: string;
  readonly version: number;
  /** Of the key that is missing; or of the current one, when the ciphertext was damaged. */
  readonly keyId: string;
}

export interface ResealReport {
  readonly keyId: string;
  readonly resealed: number;
  readonly unreadable: readonly UnreadableSecret[];
}

/** Needs what the owner may do. */
export async function resealSecrets(db: Kysely<DeliveryTables>, options: ResealOptions): Promise<ResealReport> {
  const box = createSecretBox(options.secretsKey, options.oldSecretsKeys);
  const batchSizeMax = options.batchSizeMax ?? SECRET_BATCH_MAX;
  const unreadable: UnreadableSecret[] = [];
  let resealed = 0;
  let after: SecretRow | null = null;
  for (;;) {
    const batch: Batch = await resealBatch(db, { box, after, batchSizeMax, options });
    unreadable.push(...batch.unreadable);
    resealed += batch.resealed;
    if (batch.last === null) return { keyId: box.keyId, resealed, unreadable };
    after = batch.last;
    options.onProgress?.(resealed);
  }
}

interface SecretRow extends SealedSecret {
  readonly endpointId: string;
  readonly version: number;
  readonly scheme: SigningScheme;
}

interface BatchWish {
  readonly box: SecretBox;
  readonly after: SecretRow | null;
  readonly batchSizeMax: number;
  readonly options: ResealOptions;
}

interface Batch {
  readonly resealed: number;
  readonly unreadable: readonly UnreadableSecret[];
  /** Null when nothing was left. */
  readonly last: SecretRow | null;
}

function resealBatch(db: Kysely<DeliveryTables>, { box, after, batchSizeMax, options }: BatchWish): Promise<Batch> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<SecretRow>`
      select endpoint_id as "endpointId", version, scheme, key_id as "keyId", ciphertext
      from delivery.secrets
      where key_id <> ${box.keyId}
        and (endpoint_id, version) > (${after?.endpointId ?? ''}, ${after?.version ?? 0}::int4)
      order by endpoint_id, version limit ${batchSizeMax}::int8
      for update`.execute(trx);
    const unreadable: UnreadableSecret[] = [];
    const sealed: { row: SecretRow; ciphertext: Buffer }[] = [];
    for (const row of rows) {
      const secret = box.open(row, row);
      if (secret === null) unreadable.push({ endpointId: row.endpointId, version: row.version, keyId: row.keyId });
      else sealed.push({ row, ciphertext: box.seal(secret, row, options.randomBytes(SECRET_NONCE_BYTES)).ciphertext });
    }
    await sql`
      update delivery.secrets s set ciphertext = n.ciphertext, key_id = ${box.keyId}
      from unnest(${sealed.map(({ row }) => row.endpointId)}::text[], ${sealed.map(({ row }) => row.version)}::int4[],
                  ${sealed.map(({ ciphertext }) => ciphertext)}::bytea[]) as n(endpoint_id, version, ciphertext)
      where s.endpoint_id = n.endpoint_id and s.version = n.version`.execute(trx);
    await recordSecretActions(
      trx,
      sealed.map(({ row: { endpointId, version, scheme, keyId } }) => {
        const reason = options.reason ?? `key ${keyId} was replaced by ${box.keyId}`;
        return { action: 'resealed', endpointId, version, scheme, actor: options.actor, reason };
      }),
    );
    return { resealed: sealed.length, unreadable, last: rows.at(-1) ?? null };
  });
}
