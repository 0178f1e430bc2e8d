/**
 * What becomes of a delivery after an attempt: a total function of its state and the outcome. SPEC.md holds the same
 * table for people, and a test compares the two cell by cell.
 */
import { RETRY_AFTER_MAX_MS, SECRET_RETRY_MS } from '../limits.ts';
import type { Outcome } from './outcome.ts';
import { jittered, type RetrySchedule } from './retry-schedule.ts';

export const DELIVERY_STATES = ['pending', 'delivered', 'exhausted', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * - `complete`: delivered.
 * - `retry`: the schedule's next step, or exhausted when there is none.
 * - `repeat`: at once, without using a step: the attempt ended through us, not through the endpoint.
 * - `hold`: again soon, without using a step: nothing was sent.
 * - `give_up`: exhausted at once, and the endpoint is disabled.
 * - `keep`: the delivery is final; the outcome is only recorded.
 */
export type Move = 'complete' | 'retry' | 'repeat' | 'hold' | 'give_up' | 'keep';

const MOVES_WHILE_PENDING: Readonly<Record<Outcome, Move>> = {
  delivered: 'complete',
  redirect_not_followed: 'retry',
  gone: 'give_up',
  rate_limited: 'retry',
  client_error: 'retry',
  server_error: 'retry',
  unexpected_status: 'retry',
  timeout: 'retry',
  connect_timeout: 'retry',
  dns_failed: 'retry',
  connection_refused: 'retry',
  connection_reset: 'retry',
  connection_failed: 'retry',
  tls_failed: 'retry',
  response_invalid: 'retry',
  blocked_target: 'retry',
  secret_unavailable: 'hold',
  interrupted: 'repeat',
  lease_expired: 'repeat',
};

export function moveAfter(state: DeliveryState, outcome: Outcome): Move {
  return state === 'pending' ? MOVES_WHILE_PENDING[outcome] : 'keep';
}

export interface AttemptFacts {
  readonly outcome: Outcome;
  /** Steps of the schedule used before this attempt. */
  readonly retries: number;
  /** What the endpoint asked for; null when it didn't. */
  readonly retryAfterMs: number | null;
}

/** Where a pending delivery goes. `delayMs` is null when it is final. */
export interface NextStep {
  readonly state: DeliveryState;
  readonly delayMs: number | null;
  readonly retries: number;
  readonly disablesEndpoint: boolean;
}

/** `chance` is in [0, 1) and decides the jitter. */
export function decideNextStep(facts: AttemptFacts, schedule: RetrySchedule, chance: number): NextStep {
  const { outcome, retries } = facts;
  const move = moveAfter('pending', outcome);
  const stays = { state: 'pending', retries, disablesEndpoint: false } as const;
  const ends = { delayMs: null, retries, disablesEndpoint: false } as const;
  switch (move) {
    case 'complete':
      return { ...ends, state: 'delivered' };
    case 'give_up':
      return { ...ends, state: 'exhausted', disablesEndpoint: true };
    case 'repeat':
      return { ...stays, delayMs: 0 };
    case 'hold':
      return { ...stays, delayMs: SECRET_RETRY_MS };
    case 'retry': {
      const baseMs = schedule[retries];
      if (baseMs === undefined) return { ...ends, state: 'exhausted' };
      const askedMs = Math.min(facts.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
      return { ...stays, retries: retries + 1, delayMs: Math.max(jittered(baseMs, chance), askedMs) };
    }
    case 'keep':
      throw new Error('a pending delivery never keeps its state');
  }
}
