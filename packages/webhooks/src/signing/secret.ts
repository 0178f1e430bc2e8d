/** A signing secret as a merchant sees it: `whsec_` and the key's bytes in standard base64. */
const PREFIX = 'whsec_';

export const SECRET_BYTES = 32;

export function formatSecret(key: Uint8Array): string {
  return PREFIX + Buffer.from(key).toString('base64');
}

/** The bytes that sign. Throws on what is not such a secret, without repeating it. */
export function parseSecret(secret: string): Buffer {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  if (!secret.startsWith(PREFIX) || formatSecret(key) !== secret) {
    throw new Error('a signing secret is whsec_ and standard base64');
  }
  return key;
}
