/** What an endpoint can subscribe to: one type per status that a payout can come to. */
export const WEBHOOK_EVENT_TYPES = [
  'payout.initiated',
  'payout.submitted',
  'payout.settled',
  'payout.failed',
  'payout.returned',
] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

export const DEFAULT_EVENT_TYPES: readonly WebhookEventType[] = ['payout.settled'];

export function isWebhookEventType(text: string): text is WebhookEventType {
  return (WEBHOOK_EVENT_TYPES as readonly string[]).includes(text);
}
