/** What goes onto the queue webhook-dead-letters: ids only. Bodies stay in PostgreSQL, whatever their size. */
import type { Instant } from '@northwind/events';
import { stringify } from '@northwind/service-kit';
import { z } from 'zod';
import type { Outcome } from '../delivery/outcome.ts';

export const DEAD_LETTER_TYPE = 'webhook.dead_letter';

export interface DeadLetter {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly endpointId: string;
  readonly merchantId: string;
  readonly payoutId: string;
  readonly eventType: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly lastOutcome: Outcome;
  readonly exhaustedAt: Instant;
}

export function formatDeadLetter(letter: DeadLetter): string {
  return stringify({ type: DEAD_LETTER_TYPE, ...letter });
}

const messageSchema = z.object({ type: z.literal(DEAD_LETTER_TYPE), deliveryId: z.uuid() });

/** The delivery that a message is about; null for a message that is none of ours. */
export function readDeadLetter(body: string): string | null {
  try {
    return messageSchema.parse(JSON.parse(body)).deliveryId;
  } catch {
    return null;
  }
}
