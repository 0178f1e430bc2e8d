import { formatMoney } from '../money/format-money.ts';
import { PAGE_LOCALE } from '../platform/page-locale.ts';
import { formatSpan, instantMs } from '../time/format-instant.ts';
import { formatCoordinate } from '../wire/coordinate.ts';
import type { Payout, PayoutFact } from '../wire/payout.ts';

// Every fact of a payout in the order in which it happened, which is not always the order in which it was recorded.

export type FactTone = 'start' | 'moving' | 'good' | 'bad' | 'back' | 'plain';

export interface TimelineEntry {
  readonly key: string;
  readonly title: string;
  readonly tone: FactTone;
  readonly occurredAt: string;
  readonly recordedAt: string;
  /** Between happening and being recorded, in words; null when it is too short to matter. */
  readonly recordedLater: string | null;
  readonly coordinate: string;
  readonly details: readonly string[];
}

const LAG_WORTH_TELLING_MS = 60_000;

const KNOWN: Readonly<Record<string, { readonly title: string; readonly tone: FactTone }>> = {
  'payout.initiated': { title: 'Initiated', tone: 'start' },
  'payout.submitted': { title: 'Submitted to the bank rail', tone: 'moving' },
  'payout.settled': { title: 'Settled', tone: 'good' },
  'payout.failed': { title: 'Failed', tone: 'bad' },
  'payout.returned': { title: 'Returned by the bank', tone: 'back' },
};

function compareFacts(one: PayoutFact, other: PayoutFact): number {
  if (one.occurredAt !== other.occurredAt) return one.occurredAt < other.occurredAt ? -1 : 1;
  if (one.offset === other.offset) return 0;
  return one.offset < other.offset ? -1 : 1;
}

export function describeTimeline(payout: Payout, facts: readonly PayoutFact[]): readonly TimelineEntry[] {
  return facts.toSorted(compareFacts).map((fact) => {
    const known = KNOWN[fact.type] ?? { title: fact.type, tone: 'plain' };
    const lagMs = instantMs(fact.recordedAt) - instantMs(fact.occurredAt);
    return {
      ...known,
      key: formatCoordinate(fact),
      coordinate: formatCoordinate(fact),
      occurredAt: fact.occurredAt,
      recordedAt: fact.recordedAt,
      recordedLater: lagMs >= LAG_WORTH_TELLING_MS ? formatSpan(lagMs) : null,
      details: describeData(payout, fact),
    };
  });
}

function describeData(payout: Payout, fact: PayoutFact): readonly string[] {
  const { amount, destination, railReference, reason, reasonCode, traceId } = fact.data;
  const details: string[] = [];
  // An event's amount is at most 2^53−1, so as a JSON number it is exact.
  if (
    typeof amount === 'number' &&
    Number.isSafeInteger(amount) &&
    fact.data.currency === payout.currency &&
    payout.currency !== null
  ) {
    const format = { currency: payout.currency, exponent: payout.exponent, locale: PAGE_LOCALE };
    details.push(formatMoney(BigInt(amount), format));
  }
  if (typeof destination === 'string') details.push(`to ${destination}`);
  if (typeof railReference === 'string') details.push(`rail reference ${railReference}`);
  if (typeof traceId === 'string') details.push(`trace ${traceId}`);
  const words = [reasonCode, reason].filter((part) => typeof part === 'string').join(' · ');
  if (words !== '') details.push(words);
  return details;
}

/** The step that a payout on its way still has before it; null when there is none. */
export function nextStep(payout: Payout): string | null {
  if (payout.status === 'initiated') return 'Next: submitted to the bank rail';
  if (payout.status === 'submitted') return 'Next: settled by the bank';
  return null;
}
