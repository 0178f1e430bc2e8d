/**
 * Signing secrets at rest: AES-256-GCM under the service's key. The endpoint and version are authenticated with it, so
 * a ciphertext copied to another endpoint's row does not open.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { z } from 'zod';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_LENGTH = 16;

/** Configuration field for the key: 32 bytes in standard base64. */
export const secretsKeySchema = z
  .string()
  .refine((text) => isKey(text), 'must be 32 bytes in base64; make one with: openssl rand -base64 32')
  .describe('key that encrypts webhook signing secrets at rest: 32 bytes in base64')
  .meta({ secret: true });

/** Configuration field for further keys: each opens what it sealed, none of them seals. */
export const oldSecretsKeysSchema = z
  .string()
  .refine((text) => splitKeys(text).every(isKey), 'must be keys of 32 bytes in base64, separated by commas')
  .default('')
  .transform(splitKeys)
  .describe('further keys that open webhook signing secrets while they are resealed: base64, separated by commas')
  .meta({ secret: true });

export interface SealedSecret {
  readonly keyId: string;
  readonly ciphertext: Buffer;
}

export interface SecretPlace {
  readonly endpointId: string;
  readonly version: number;
}

export interface SecretBox {
  readonly keyId: string;
  seal(secret: Uint8Array, place: SecretPlace, nonce: Uint8Array): SealedSecret;
  /** Null when it was sealed with a key that is not here, or is not what was sealed. */
  open(sealed: SealedSecret, place: SecretPlace): Buffer | null;
}

/** Seals with `secretsKey` and opens with any of the keys. They are as in `secretsKeySchema`. */
export function createSecretBox(secretsKey: string, oldSecretsKeys: readonly string[] = []): SecretBox {
  const current = readKey(secretsKey);
  const keys = new Map([...oldSecretsKeys.map(readKey), current].map(({ keyId, key }) => [keyId, key]));

  return {
    keyId: current.keyId,
    seal(secret, place, nonce) {
      if (nonce.length !== NONCE_BYTES) throw new Error(`a nonce has ${NONCE_BYTES} bytes`);
      const cipher = createCipheriv(CIPHER, current.key, nonce).setAAD(bindTo(place));
      const ciphertext = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
      return { keyId: current.keyId, ciphertext };
    },
    open(sealed, place) {
      const key = keys.get(sealed.keyId);
      if (key === undefined || sealed.ciphertext.length < NONCE_BYTES + TAG_BYTES) return null;
      const nonce = sealed.ciphertext.subarray(0, NONCE_BYTES);
      const tag = sealed.ciphertext.subarray(-TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(bindTo(place)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(sealed.ciphertext.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        return null; // the tag does not fit
      }
    },
  };
}

export const SECRET_NONCE_BYTES = NONCE_BYTES;

interface NamedKey {
  readonly keyId: string;
  readonly key: Buffer;
}

function readKey(text: string): NamedKey {
  if (!isKey(text)) throw new Error('the secrets key is not 32 bytes in base64');
  const key = Buffer.from(text, 'base64');
  return { keyId: createHash('sha256').update(key).digest('hex').slice(0, KEY_ID_LENGTH), key };
}

function splitKeys(text: string): string[] {
  return text
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
}

function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text;
}

function bindTo({ endpointId, version }: SecretPlace): Buffer {
  return Buffer.from(`${endpointId}/${version}`, 'utf8');
}
