/**
 * When a delivery that failed is tried again. One function gives the wait before each next attempt, with the range that
 * jitter spreads it over; what an endpoint does and what the preview shows are both made of it.
 */
import { ATTEMPTS_MAX, WINDOW_MS } from '../limits.ts';
import { RETRY_SCHEDULE, type RetrySchedule } from './retry-schedule.ts';

export type RetryWaits =
  | { readonly kind: 'schedule'; readonly waitsMs: RetrySchedule }
  /** `baseMs`, then `factor` times as long each time, never longer than `capMs`. */
  | { readonly kind: 'exponential'; readonly baseMs: number; readonly factor: number; readonly capMs: number };

/** `proportional`: a fifth shorter or longer at most. `full`: anything from no wait at all to the whole of it. */
export const JITTERS = ['proportional', 'full'] as const;
export type Jitter = (typeof JITTERS)[number];

export interface RetryPolicy {
  readonly waits: RetryWaits;
  /** No attempt begins later than this after the delivery was planned, or after it was last begun anew. */
  readonly windowMs: number;
  readonly jitter: Jitter;
}

export function retryPolicyOf(waitsMs: RetrySchedule): RetryPolicy {
  return { waits: { kind: 'schedule', waitsMs }, windowMs: WINDOW_MS, jitter: 'proportional' };
}

export const RETRY_POLICY: RetryPolicy = retryPolicyOf(RETRY_SCHEDULE);

/** The wait after `retries` steps were used, before jitter. Null when there is none left. */
function baseWaitMs({ waits }: RetryPolicy, retries: number): number | null {
  if (retries >= ATTEMPTS_MAX - 1) return null;
  if (waits.kind === 'schedule') return waits.waitsMs[retries] ?? null;
  return Math.min(waits.capMs, waits.baseMs * waits.factor ** retries);
}

const FIFTH = 0.2;

/** `chance` in [0, 1) places the wait between its earliest and its latest. Null when the policy has no step left. */
export function waitMs(policy: RetryPolicy, retries: number, chance: number): number | null {
  const baseMs = baseWaitMs(policy, retries);
  if (baseMs === null) return null;
  if (policy.jitter === 'full') return Math.round(baseMs * chance);
  return Math.round(baseMs * (1 - FIFTH + 2 * FIFTH * chance));
}
