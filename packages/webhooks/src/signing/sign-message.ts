/** Standard Webhooks, version v1: HMAC-SHA-256 of `id.timestamp.body`. */
import { createHmac } from 'node:crypto';

export interface MessageToSign {
  readonly webhookId: string;
  /** Unix seconds of this attempt. */
  readonly timestamp: number;
  /** Exactly the bytes that are sent. */
  readonly body: string;
}

/** The `webhook-signature` header: one signature per secret, the current secret first. */
export function signMessage(message: MessageToSign, keys: readonly Uint8Array[]): string {
  const signed = `${message.webhookId}.${message.timestamp}.${message.body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`).join(' ');
}
