import { formatInstant, formatSpan, instantMs } from '../time/format-instant.ts';
import type { Payout, PayoutStatus } from '../wire/payout.ts';

export const STATUS_WORDS: Readonly<Record<PayoutStatus, string>> = {
  initiated: 'Initiated',
  submitted: 'Submitted',
  settled: 'Settled',
  failed: 'Failed',
  returned: 'Returned',
};

export const PAYOUT_FILTERS = ['all', 'on_the_way', 'settled', 'not_paid'] as const;
export type PayoutFilter = (typeof PAYOUT_FILTERS)[number];

export const FILTER_WORDS: Readonly<Record<PayoutFilter, string>> = {
  all: 'All',
  on_the_way: 'On the way',
  settled: 'Settled',
  not_paid: 'Failed or returned',
};

const FILTER_STATUSES: Readonly<Record<PayoutFilter, readonly PayoutStatus[]>> = {
  all: ['initiated', 'submitted', 'settled', 'failed', 'returned'],
  on_the_way: ['initiated', 'submitted'],
  settled: ['settled'],
  not_paid: ['failed', 'returned'],
};

export const passesFilter = (payout: Payout, filter: PayoutFilter): boolean =>
  FILTER_STATUSES[filter].includes(payout.status);

export interface Arrival {
  readonly text: string;
  readonly tone: 'plain' | 'done' | 'late' | 'bad';
}

/** When the money arrives or arrived, or why it won't. */
export function describeArrival(payout: Payout, nowMs: number): Arrival {
  switch (payout.status) {
    case 'settled':
      return {
        text: payout.settledAt === null ? 'Arrived' : `Arrived ${inSentence(payout.settledAt, nowMs)}`,
        tone: 'done',
      };
    case 'failed':
    case 'returned':
      return { text: describeReason(payout) ?? 'No reason given', tone: 'bad' };
    case 'initiated':
    case 'submitted':
      return describeExpected(payout.expectedArrival, nowMs);
  }
}

function describeExpected(expectedArrival: string | null, nowMs: number): Arrival {
  if (expectedArrival === null) return { text: 'No estimate yet', tone: 'plain' };
  const inMs = instantMs(expectedArrival) - nowMs;
  if (Math.abs(inMs) < 60_000) return { text: 'Due now', tone: 'plain' };
  if (inMs < 0) return { text: `Was due ${formatSpan(-inMs)} ago`, tone: 'late' };
  if (inMs < 60 * 60_000) return { text: `Due in ${formatSpan(inMs)}`, tone: 'plain' };
  return { text: `Due ${inSentence(expectedArrival, nowMs)}`, tone: 'plain' };
}

const inSentence = (instant: string, nowMs: number): string =>
  formatInstant(instant, nowMs).replace(/^(Today|Tomorrow|Yesterday)/, (word) => word.toLowerCase());

/** The reason in words: what the rail wrote, or what its code means. */
export function describeReason(payout: Payout): string | null {
  return payout.reasonMeaning ?? payout.reason ?? payout.reasonCode;
}

export function describeMethod(method: string | null): string | null {
  if (method === 'instant') return 'Instant';
  if (method === 'standard') return 'Standard';
  return method;
}
