import type { PayoutStatus } from '@northwind/projector';

/** One type per status that a payout can come to. */
export const PAYOUT_EVENT_TYPES = [
  'payout.initiated',
  'payout.submitted',
  'payout.settled',
  'payout.failed',
  'payout.returned',
] as const;

export type PayoutEventType = (typeof PAYOUT_EVENT_TYPES)[number];

/** What an endpoint can subscribe to. */
export const WEBHOOK_EVENT_TYPES = [...PAYOUT_EVENT_TYPES, 'webhook.digest'] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** What an endpoint can be sent: a test comes when it is asked for, whatever the endpoint subscribed to. */
export const DELIVERY_EVENT_TYPES = [...WEBHOOK_EVENT_TYPES, 'webhook.test'] as const;

export type DeliveryEventType = (typeof DELIVERY_EVENT_TYPES)[number];

export const DEFAULT_EVENT_TYPES: readonly WebhookEventType[] = ['payout.settled'];

export function isWebhookEventType(text: string): text is WebhookEventType {
  return (WEBHOOK_EVENT_TYPES as readonly string[]).includes(text);
}

/** The statuses that these types tell of. */
export function statusesOf(types: readonly string[]): PayoutStatus[] {
  return PAYOUT_EVENT_TYPES.filter((type) => types.includes(type)).map(
    (type) => type.slice('payout.'.length) as PayoutStatus,
  );
}

/** A merchant's own question whether an endpoint hears us. */
export function isTest({ eventType }: { readonly eventType: string }): boolean {
  return eventType === 'webhook.test';
}
