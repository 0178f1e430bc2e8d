/**
 * What becomes of a delivery after an attempt: a total function of its state and the outcome. SPEC.md holds the same
 * table for people, and a test compares the two cell by cell.
 */
import { OVERLOAD_PENALTY_MS, RETRY_AFTER_MAX_MS, SECRET_RETRY_MS } from '../limits.ts';
import { type RetryPolicy, waitMs } from '../policy/retry-policy.ts';
import type { Outcome } from './outcome.ts';

export const DELIVERY_STATES = ['pending', 'delivered', 'exhausted', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * - `complete`: delivered.
 * - `retry`: the policy's next step, or exhausted when there is none.
 * - `penalize`: as `retry`, in a minute at the earliest: the endpoint has too much to do.
 * - `repeat`: at once, without using a step: the attempt ended through us, not through the endpoint.
 * - `hold`: again soon, without using a step: nothing was sent.
 * - `give_up`: exhausted at once, and the endpoint is disabled.
 * - `abandon`: exhausted at once; the endpoint goes on.
 * - `keep`: the delivery is final; the outcome is only recorded.
 */
export type Move = 'complete' | 'retry' | 'penalize' | 'repeat' | 'hold' | 'give_up' | 'abandon' | 'keep';

const MOVES_WHILE_PENDING: Readonly<Record<Outcome, Move>> = {
  delivered: 'complete',
  redirect_not_followed: 'retry',
  gone: 'give_up',
  disable_requested: 'give_up',
  abort_requested: 'abandon',
  rate_limited: 'penalize',
  client_error: 'retry',
  server_error: 'retry',
  unexpected_status: 'retry',
  timeout: 'penalize',
  connect_timeout: 'penalize',
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
  /** Steps of the policy used before this attempt. */
  readonly retries: number;
  /** What the endpoint asked for; null when it didn't. */
  readonly retryAfterMs: number | null;
  /** Since this run of attempts began. */
  readonly elapsedMs: number;
  /** The endpoint wants no more, whatever became of this attempt. */
  readonly disableRequested: boolean;
}

/** Where a pending delivery goes. `delayMs` is null when it is final. */
export interface NextStep {
  readonly state: DeliveryState;
  readonly delayMs: number | null;
  readonly retries: number;
  readonly disablesEndpoint: boolean;
}

/** `chance` is in [0, 1) and decides the jitter. */
export function decideNextStep(facts: AttemptFacts, policy: RetryPolicy, chance: number): NextStep {
  const { outcome, retries, disableRequested: disablesEndpoint } = facts;
  const move = moveAfter('pending', outcome);
  const stays = { state: 'pending', retries, disablesEndpoint } as const;
  const ends = { state: 'exhausted', delayMs: null, retries, disablesEndpoint } as const;
  switch (move) {
    case 'complete':
      return { ...ends, state: 'delivered' };
    case 'give_up':
      return { ...ends, disablesEndpoint: true };
    case 'abandon':
      return ends;
    case 'repeat':
      return { ...stays, delayMs: 0 };
    case 'hold':
      return { ...stays, delayMs: SECRET_RETRY_MS };
    case 'retry':
    case 'penalize': {
      const delayMs = retryDelayMs(facts, policy, { chance, leastMs: move === 'penalize' ? OVERLOAD_PENALTY_MS : 0 });
      return delayMs === null ? ends : { ...stays, retries: retries + 1, delayMs };
    }
    case 'keep':
      throw new Error('a pending delivery never keeps its state');
  }
}

/**
 * The policy's wait decides whether there is a next attempt. What puts it off further, a penalty or Retry-After, does
 * so up to the end of the window: the last attempt is made there.
 */
function retryDelayMs(
  { retries, retryAfterMs, elapsedMs }: AttemptFacts,
  policy: RetryPolicy,
  { chance, leastMs }: { readonly chance: number; readonly leastMs: number },
): number | null {
  const leftMs = policy.windowMs - elapsedMs;
  const ownMs = waitMs(policy, retries, chance);
  if (ownMs === null || ownMs > leftMs) return null;
  const askedMs = Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
  return Math.max(ownMs, Math.min(Math.max(leastMs, askedMs), leftMs));
}
