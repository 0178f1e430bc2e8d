/** The body of a digest: what a merchant compares with what it has of a day. */
import { stringify } from '@northwind/service-kit';
import { z } from 'zod';
import { PAYOUT_EVENT_TYPES } from '../planning/event-types.ts';
import { currency, endpointId, merchantId, timestamp } from './body-fields.ts';

export interface Digest {
  readonly endpointId: string;
  readonly merchantId: string;
  /** `YYYY-MM-DD`, UTC: the day on which our log took the events in. */
  readonly day: string;
  /** What the endpoint subscribed to of payouts when the digest was made; events of other types are not in it. */
  readonly eventTypes: readonly string[];
  readonly count: number;
  /** By currency. Events of payouts whose amount nobody told yet are only in `count`. */
  readonly sums: readonly DigestSum[];
  /** SHA-256 in hex of the events' webhook ids, sorted by bytes, each followed by a line feed. */
  readonly webhookIdsSha256: string;
}

export interface DigestSum {
  readonly currency: string;
  readonly count: number;
  readonly amountMinor: bigint;
}

export const digestBody = z.object({
  type: z.literal('webhook.digest'),
  timestamp,
  data: z.object({
    endpointId,
    merchantId,
    day: z.iso.date().meta({ description: 'UTC: the day on which our log took the events in.' }),
    eventTypes: z.array(z.enum(PAYOUT_EVENT_TYPES)).meta({ description: 'What is counted.' }),
    count: z.int().min(0).meta({ description: 'Events, each once, however often it was sent.' }),
    sums: z
      .array(z.object({ currency, count: z.int().min(1), amountMinor: z.int() }))
      .meta({ description: 'Of the events that have an amount, by currency in alphabetical order.' }),
    webhookIdsSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'SHA-256 in hex of the webhook ids, sorted by bytes, each followed by a line feed.' }),
  }),
});

export function buildDigestBody(digest: Digest): string {
  return stringify({ type: 'webhook.digest', timestamp: endOf(digest.day), data: digest });
}

/** The first moment that is not of the day any more. */
function endOf(day: string): string {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return `${next}T00:00:00.000000Z`;
}
