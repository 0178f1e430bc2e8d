/**
 * The keys that a worker signs with. What was opened once is kept: opening a sealed secret takes longer than signing
 * with it. All are forgotten together when they are many, so what was rotated away does not stay for ever.
 */
import type { ClaimedDelivery, ClaimedSecret } from '../delivery/claim-deliveries.ts';
import { SIGNING_KEYS_KEPT_MAX } from '../limits.ts';
import { privateKeyOf } from './ed25519.ts';
import type { SecretBox } from './secret-box.ts';
import type { SigningKey } from './sign-message.ts';

export interface Keyring {
  /** Of the key that secrets are sealed with here. */
  readonly keyId: string;
  /**
   * The keys to sign a delivery with, in the order of its secrets. Null when one can't be read: a message that lacks
   * one of its signatures would fail at a merchant who still checks that one.
   */
  keysOf(delivery: Pick<ClaimedDelivery, 'endpointId' | 'secrets'>): SigningKey[] | null;
}

export function createKeyring(box: SecretBox): Keyring {
  const opened = new Map<string, SigningKey>();

  function keyOf(endpointId: string, secret: ClaimedSecret): SigningKey | null {
    const { version, scheme, keyId, ciphertext } = secret;
    const name = `${endpointId}/${version}/${keyId}/${ciphertext}`;
    const known = opened.get(name);
    if (known !== undefined) return known;
    const bytes = box.open({ keyId, ciphertext: Buffer.from(ciphertext, 'base64') }, { endpointId, version });
    if (bytes === null) return null;
    const key = scheme === 'v1a' ? privateKeyOf(bytes) : bytes;
    if (opened.size >= SIGNING_KEYS_KEPT_MAX) opened.clear();
    opened.set(name, key);
    return key;
  }

  return {
    keyId: box.keyId,
    keysOf({ endpointId, secrets }) {
      const keys = secrets.map((secret) => keyOf(endpointId, secret)).filter((key) => key !== null);
      return keys.length === secrets.length && keys.length > 0 ? keys : null;
    },
  };
}
