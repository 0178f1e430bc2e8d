/**
 * Ed25519 keys of Standard Webhooks v1a. We sign with the private key and the merchant checks with the public one, so
 * nothing that could sign in our name ever leaves this system.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export const SEED_BYTES = 32;

const PUBLIC_KEY_PREFIX = 'whpk_';
/** PKCS #8 of an Ed25519 key, up to its seed (RFC 8410). */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Of a seed of 32 bytes. */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES) throw new Error(`the seed of an Ed25519 key has ${SEED_BYTES} bytes`);
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes that belong to a seed. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  const { x } = createPublicKey(privateKeyOf(seed)).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url');
}

/** As a merchant sees it: `whpk_` and its 32 bytes in standard base64. */
export function formatPublicKey(key: Uint8Array): string {
  return PUBLIC_KEY_PREFIX + Buffer.from(key).toString('base64');
}
