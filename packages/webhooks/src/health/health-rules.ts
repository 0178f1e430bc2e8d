/** When an endpoint is taken for overloaded, for down, or for gone. */
import type { Outcome } from '../delivery/outcome.ts';
import { CIRCUIT_FAILURES, CIRCUIT_PAUSE_MS, DISABLE_AFTER_MS } from '../limits.ts';

export interface HealthRules {
  /** Failures in a row, over all workers, that open the circuit. */
  readonly failuresToOpen: number;
  /** The first pause; each further one is twice as long, up to `pauseMaxMs`. */
  readonly pauseMs: number;
  readonly pauseMaxMs: number;
  /** So long nothing but failures disables the endpoint. */
  readonly disableAfterMs: number;
}

export const HEALTH_RULES: HealthRules = {
  failuresToOpen: CIRCUIT_FAILURES,
  pauseMs: CIRCUIT_PAUSE_MS.first,
  pauseMaxMs: CIRCUIT_PAUSE_MS.last,
  disableAfterMs: DISABLE_AFTER_MS,
};

/**
 * What an attempt says about its endpoint. `overload` is a failure that also halves its concurrency; `none` says
 * nothing, because the attempt ended through us.
 */
export type HealthEffect = 'success' | 'failure' | 'overload' | 'none';

const EFFECTS: Readonly<Record<Outcome, HealthEffect>> = {
  delivered: 'success',
  redirect_not_followed: 'failure',
  gone: 'failure',
  disable_requested: 'failure',
  // It answers, and knows what it wants: this delivery is at fault and not the endpoint.
  abort_requested: 'success',
  rate_limited: 'overload',
  client_error: 'failure',
  server_error: 'failure',
  unexpected_status: 'failure',
  timeout: 'overload',
  connect_timeout: 'overload',
  dns_failed: 'failure',
  connection_refused: 'failure',
  connection_reset: 'failure',
  connection_failed: 'failure',
  tls_failed: 'failure',
  response_invalid: 'failure',
  blocked_target: 'failure',
  secret_unavailable: 'none',
  interrupted: 'none',
  lease_expired: 'none',
};

/** What stands before the endpoint says that it doesn't come after. */
const OVERLOAD_STATUSES: readonly (number | null)[] = [502, 504];

export function healthEffectOf(outcome: Outcome, responseStatus: number | null): HealthEffect {
  if (outcome === 'server_error' && OVERLOAD_STATUSES.includes(responseStatus)) return 'overload';
  return EFFECTS[outcome];
}
