import { formatSpan } from '../time/format-instant.ts';
import type { Delivery, DeliveryAttempt } from '../wire/delivery.ts';

const STATE_WORDS: Readonly<Record<string, string>> = {
  pending: 'Retrying',
  delivered: 'Delivered',
  exhausted: 'Given up',
  cancelled: 'Cancelled',
};

export function describeDelivery(delivery: Delivery): string {
  if (delivery.state === 'pending' && delivery.attempts.length === 0) return 'Sending';
  return STATE_WORDS[delivery.state] ?? delivery.state;
}

/** `204 in 42 ms`, or the outcome in words when nothing answered. */
export function describeAttempt({ outcome, responseStatus, durationMs }: DeliveryAttempt): string {
  const took = durationMs === null ? null : formatSpan(durationMs);
  if (responseStatus !== null) return `Answered ${responseStatus}${took === null ? '' : ` in ${took}`}`;
  return `${inWords(outcome)}${took === null ? '' : ` after ${took}`}`;
}

/** Who wanted the attempt, where it was not the schedule. */
export function describeTrigger({ triggeredBy }: DeliveryAttempt): string | null {
  if (triggeredBy === 'schedule') return null;
  return triggeredBy.startsWith('resend by ') ? 'sent again by hand' : 'sent again in bulk';
}

/** `2 attempts`, before the list of them. */
export const countAttempts = ({ attemptsMade, attempts }: Delivery): string => {
  // One whose worker vanished has a receipt before it is counted, and receipts of long ago are removed.
  const count = Math.max(attemptsMade, attempts.length);
  const made = count === 1 ? '1 attempt' : `${count} attempts`;
  return attempts.length > 0 && attempts.length < count ? `${made}, the latest ${attempts.length} shown` : made;
};

const inWords = (code: string): string => {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** The endpoint as its owner knows it. */
export const describeEndpoint = (delivery: Delivery): string =>
  (delivery.url ?? delivery.endpointId).replace(/^https:\/\//, '');
