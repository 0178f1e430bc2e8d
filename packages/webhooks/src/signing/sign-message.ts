/**
 * Standard Webhooks: a signature of `id.timestamp.body` per key. Version v1 is HMAC-SHA-256 with a shared secret, v1a
 * is Ed25519.
 */
import { createHmac, type KeyObject, sign } from 'node:crypto';

export interface MessageToSign {
  readonly webhookId: string;
  /** Unix seconds of this attempt. */
  readonly timestamp: number;
  /** Exactly the bytes that are sent. */
  readonly body: string;
}

/** The bytes of a shared secret (v1), or the private key of a pair (v1a). */
export type SigningKey = Uint8Array | KeyObject;

/** The `webhook-signature` header: one signature per key, in the order of the keys. The current secret comes first. */
export function signMessage(message: MessageToSign, keys: readonly SigningKey[]): string {
  const signed = Buffer.from(`${message.webhookId}.${message.timestamp}.${message.body}`, 'utf8');
  return keys.map((key) => (key instanceof Uint8Array ? signV1(signed, key) : signV1a(signed, key))).join(' ');
}

function signV1(signed: Buffer, secret: Uint8Array): string {
  return `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
}

function signV1a(signed: Buffer, privateKey: KeyObject): string {
  return `v1a,${sign(null, signed, privateKey).toString('base64')}`;
}
