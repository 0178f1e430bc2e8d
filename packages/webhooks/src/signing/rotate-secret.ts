/**
 * Gives an endpoint a new secret. The old ones go on signing beside it for an overlap, so that a merchant can put the
 * new one into its servers one after the other: a request carries a signature for each.
 *
 * The overlap is a bound for all older secrets of the scheme, those of earlier rotations too. With 0 the new secret is
 * the only one from now on, which is what a leak asks for.
 */
import { type Kysely, sql } from 'kysely';
import { lockEndpoint } from '../endpoints/lock-endpoint.ts';
import { SECRET_OVERLAP_HOURS, SECRETS_LIVE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { checkOwnSecret } from './check-own-secret.ts';
import { formatPublicKey, publicKeyOf, SEED_BYTES } from './ed25519.ts';
import { type LiveSecret, readLiveSecrets, type SecretsOfEndpoint } from './list-secrets.ts';
import { type ActedBy, recordSecretActions } from './record-secret-action.ts';
import { isSigningScheme, type SigningScheme } from './scheme.ts';
import { formatSecret, SECRET_BYTES } from './secret.ts';
import { createSecretBox, SECRET_NONCE_BYTES, type SecretBox } from './secret-box.ts';
import { type RefusedSecret, refuseSecret, type SecretProblemCode } from './secret-problem.ts';

export interface SecretToRotate extends SecretsOfEndpoint, ActedBy {
  /** `v1` by default. The first rotation of `v1a` adds its signatures to those of v1. */
  readonly scheme?: string;
  /** 0 to 168; 24 by default. */
  readonly overlapHours?: number;
  /** A secret of the merchant's own, `whsec_…`; without it we make one. */
  readonly secret?: string;
}

export interface RotateOptions {
  /** 32 bytes in base64, the same as the workers have. */
  readonly secretsKey: string;
  readonly randomBytes: (size: number) => Uint8Array;
}

export interface RotatedSecret {
  readonly ok: true;
  readonly version: number;
  readonly scheme: SigningScheme;
  /** `whsec_…`, this once; null for v1a. */
  readonly secret: string | null;
  /** `whpk_…` of v1a. */
  readonly publicKey: string | null;
  /** All that sign from now on, in the order of their signatures. */
  readonly secrets: readonly LiveSecret[];
}

/** The first of the problems wins, in the order of SECRET_PROBLEMS. */
export async function rotateSecret(
  db: Kysely<DeliveryTables>,
  wish: SecretToRotate,
  options: RotateOptions,
): Promise<RotatedSecret | RefusedSecret> {
  const made = makeKey(wish, options);
  if (!made.ok) return refuseSecret(made.code);
  const { scheme, key, publicKey, overlapHours } = made;
  const box = createSecretBox(options.secretsKey);
  return db.transaction().execute(async (trx) => {
    if (!(await lockEndpoint(trx, wish))) return refuseSecret('endpoint_not_found');
    const live = (await readLiveSecrets(trx, wish.endpointId)).filter((secret) => secret.scheme === scheme);
    if (overlapHours > 0 && live.length >= SECRETS_LIVE_MAX) return refuseSecret('too_many_secrets');
    await boundOverlap(trx, { endpointId: wish.endpointId, scheme, overlapHours });
    const version = await addVersion(trx, { ...made, endpointId: wish.endpointId }, { box, ...options });
    const { endpointId, actor, reason } = wish;
    const action = live.length === 0 ? 'created' : 'rotated';
    await recordSecretActions(trx, [{ action, endpointId, version, scheme, actor, ...(reason && { reason }) }]);
    return {
      ok: true,
      version,
      scheme,
      secret: scheme === 'v1' ? formatSecret(key) : null,
      publicKey: publicKey && formatPublicKey(publicKey),
      secrets: await readLiveSecrets(trx, endpointId),
    };
  });
}

interface MadeKey {
  readonly ok: true;
  readonly scheme: SigningScheme;
  /** What is sealed: the shared secret of v1, the seed of v1a. */
  readonly key: Uint8Array;
  readonly publicKey: Buffer | null;
  readonly overlapHours: number;
}

function makeKey(
  wish: SecretToRotate,
  { randomBytes }: RotateOptions,
): MadeKey | { readonly ok: false; readonly code: SecretProblemCode } {
  const { scheme = 'v1', overlapHours = SECRET_OVERLAP_HOURS.default, secret } = wish;
  if (!isSigningScheme(scheme)) return { ok: false, code: 'scheme_unknown' };
  if (!Number.isInteger(overlapHours) || overlapHours < 0 || overlapHours > SECRET_OVERLAP_HOURS.max) {
    return { ok: false, code: 'overlap_invalid' };
  }
  if (scheme === 'v1a') {
    if (secret !== undefined) return { ok: false, code: 'secret_not_for_scheme' };
    const seed = randomBytes(SEED_BYTES);
    return { ok: true, scheme, key: seed, publicKey: publicKeyOf(seed), overlapHours };
  }
  if (secret === undefined) return { ok: true, scheme, key: randomBytes(SECRET_BYTES), publicKey: null, overlapHours };
  const checked = checkOwnSecret(secret);
  return checked.ok ? { ok: true, scheme, key: checked.key, publicKey: null, overlapHours } : checked;
}

interface Overlap {
  readonly endpointId: string;
  readonly scheme: SigningScheme;
  readonly overlapHours: number;
}

/** What would have ended earlier still does. */
async function boundOverlap(trx: Kysely<DeliveryTables>, { endpointId, scheme, overlapHours }: Overlap): Promise<void> {
  await sql`
    update delivery.secrets
    set expires_at = least(expires_at, now() + ${overlapHours}::float8 * interval '1 hour')
    where endpoint_id = ${endpointId} and scheme = ${scheme}`.execute(trx);
}

type Sealing = RotateOptions & { readonly box: SecretBox };

/** Numbered after every version that the endpoint ever had. The endpoint is locked. */
async function addVersion(
  trx: Kysely<DeliveryTables>,
  { endpointId, scheme, key, publicKey }: MadeKey & { readonly endpointId: string },
  { box, randomBytes }: Sealing,
): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    select coalesce(max(version), 0) + 1 as version
    from delivery.secret_actions where endpoint_id = ${endpointId}`.execute(trx);
  const version = rows[0]?.version ?? 1;
  const sealed = box.seal(key, { endpointId, version }, randomBytes(SECRET_NONCE_BYTES));
  await sql`
    insert into delivery.secrets (endpoint_id, version, scheme, ciphertext, key_id, public_key)
    values (${endpointId}, ${version}::int4, ${scheme}, ${sealed.ciphertext}::bytea, ${sealed.keyId},
            ${publicKey}::bytea)`.execute(trx);
  return version;
}
