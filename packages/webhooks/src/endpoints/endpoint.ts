import type { Instant } from '@northwind/events';
import { sql } from 'kysely';
import type { Outcome } from '../delivery/outcome.ts';
import type { WebhookEventType } from '../planning/event-types.ts';
import { type EndpointPolicy, policyInForce, type StoredPolicy } from '../policy/endpoint-policy.ts';

/** An endpoint as its merchant sees it. Its secret is not part of it. */
export interface Endpoint {
  readonly endpointId: string;
  readonly merchantId: string;
  readonly url: string;
  readonly eventTypes: readonly WebhookEventType[];
  readonly status: 'enabled' | 'disabled';
  readonly createdAt: Instant;
  readonly disabledAt: Instant | null;
  /**
   * `gone`: it answered 410. `requested`: it answered `webhook-delivery: disable`. `failing`: nothing but failures for
   * days. `merchant`: by its merchant.
   */
  readonly disabledReason: string | null;
  readonly policy: EndpointPolicy;
  readonly health: EndpointHealth;
}

/** `open`: nothing is sent before `probeAt`, and what is due waits. `half_open`: one attempt goes, and decides. */
export type Circuit = 'closed' | 'open' | 'half_open';

export interface EndpointHealth {
  readonly circuit: Circuit;
  /** When the next attempt may go; null while the circuit is closed. */
  readonly probeAt: Instant | null;
  readonly consecutiveFailures: number;
  /** First of the failures since which nothing succeeded. */
  readonly failingSince: Instant | null;
  readonly lastFailureAt: Instant | null;
  readonly lastFailure: Outcome | null;
  /** Attempts in flight at most, for now. */
  readonly concurrencyNow: number;
  /** Set when half of the time until it is disabled has passed. */
  readonly warning: EndpointWarning | null;
}

export interface EndpointWarning {
  /** Of the time of nothing but failures after which it is disabled: 50, 70 or 90. */
  readonly percent: number;
  readonly warnedAt: Instant;
  readonly disablesAt: Instant;
}

/** Of the endpoint `e` and its health `h`. */
export const ENDPOINT_COLUMNS = sql`
  e.endpoint_id as "endpointId", e.merchant_id as "merchantId", e.url, e.event_types as "eventTypes", e.status,
  e.created_at as "createdAt", e.disabled_at as "disabledAt", e.disabled_reason as "disabledReason",
  e.retry_policy as "retryPolicy", e.timeout_ms as "timeoutMs", e.concurrency_max as "concurrencyMax",
  e.rate_per_second as "ratePerSecond", e.is_ordered as "isOrdered",
  case when h.open_until is null then 'closed' when h.open_until > now() then 'open' else 'half_open' end
    as circuit,
  h.open_until as "probeAt", coalesce(h.consecutive_failures, 0) as "consecutiveFailures",
  h.failing_since as "failingSince",
  h.last_failure_at as "lastFailureAt", h.last_failure as "lastFailure",
  floor(least(e.concurrency_max, h.concurrency_now))::int4 as "concurrencyNow",
  h.warned_percent as "warnedPercent", h.warned_at as "warnedAt", h.disables_at as "disablesAt"`;

/** What ENDPOINT_COLUMNS gives. */
export interface EndpointColumns
  extends Omit<Endpoint, 'policy' | 'health'>,
    StoredPolicy,
    Omit<EndpointHealth, 'warning'> {
  readonly warnedPercent: number;
  readonly warnedAt: Instant | null;
  readonly disablesAt: Instant | null;
}

export function toEndpoint(row: EndpointColumns): Endpoint {
  return {
    endpointId: row.endpointId,
    merchantId: row.merchantId,
    url: row.url,
    eventTypes: row.eventTypes,
    status: row.status,
    createdAt: row.createdAt,
    disabledAt: row.disabledAt,
    disabledReason: row.disabledReason,
    policy: policyInForce(row),
    health: {
      circuit: row.circuit,
      probeAt: row.probeAt,
      consecutiveFailures: row.consecutiveFailures,
      failingSince: row.failingSince,
      lastFailureAt: row.lastFailureAt,
      lastFailure: row.lastFailure,
      concurrencyNow: row.concurrencyNow,
      warning: warningOf(row),
    },
  };
}

function warningOf({ warnedPercent, warnedAt, disablesAt }: EndpointColumns): EndpointWarning | null {
  if (warnedAt === null || disablesAt === null) return null;
  return { percent: warnedPercent, warnedAt, disablesAt };
}
