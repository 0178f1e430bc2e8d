/**
 * Writes receipts, moves their deliveries on and judges their endpoints' health: any number of attempts in one
 * statement.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { HEALTH_RULES, type HealthRules, healthEffectOf } from '../health/health-rules.ts';
import { HEALTH_EVENTS, type HealthEvent, healthOf } from '../health/record-health.ts';
import { isTest } from '../planning/event-types.ts';
import type { Exchange } from '../receipts/receipt.ts';
import type { DeliveryTables } from '../tables.ts';
import type { NextStep } from './decide-next-step.ts';
import type { Outcome } from './outcome.ts';

export interface FinishedAttempt extends Exchange {
  readonly deliveryId: string;
  readonly endpointId: string;
  /** Where it went. The endpoint may have another one by now. */
  readonly url: string;
  /** A test says nothing of its endpoint and is no dead letter: whoever asked for it is looking. */
  readonly eventType: string;
  readonly attempt: number;
  readonly scheduledAt: Instant;
  readonly triggeredBy: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly detail: string | null;
  readonly secretVersion: number | null;
  readonly next: NextStep;
}

/**
 * `moved`: the delivery went where the attempt says. `again`: somebody wanted it sent again meanwhile, which is due now
 * whatever the attempt says. `fenced`: the lease had ended and somebody else has the delivery,
 * or it was cancelled; the receipt is kept and decides nothing.
 */
export type RecordOutcome = 'moved' | 'again' | 'fenced';

export interface Recorded {
  /** One for each attempt, in the order given. */
  readonly outcomes: readonly RecordOutcome[];
  readonly healthEvents: readonly HealthEvent[];
}

interface MovedRow {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly wantedAgain: boolean;
}

interface EventRow extends HealthEvent {
  readonly deliveryId: null;
  readonly attempt: null;
  readonly wantedAgain: null;
}

/** What an attempt's own receipt knows better than the one that was assumed for it. */
const REPLACED = sql.raw(
  [
    'finished_at',
    'duration_ms',
    'outcome',
    'started_at',
    'secret_version',
    'response_status',
    'response_headers',
    'response_body',
    'response_truncated',
    'response_sha256',
    'first_byte_at',
    'dns_ms',
    'connect_ms',
    'tls_ms',
    'wait_ms',
    'destination_ip',
    'request_headers',
  ]
    .map((column) => `${column} = excluded.${column}`)
    .join(', '),
);

/** Of the statement below: what is given up goes into the outbox in the very statement that gives it up. */
const DEAD_LETTERS = sql`
  insert into delivery.dead_letters (delivery_id, last_outcome)
  select f.delivery_id, f.outcome
  from finished f join moved m on m.delivery_id = f.delivery_id and m.attempt = f.attempt
  where m.due_at is null and f.next_state = 'exhausted' and not f.is_test
  on conflict on constraint dead_letters_pk do update
  set last_outcome = excluded.last_outcome, exhausted_at = now(), announce_at = now()`;

/** One for each, also of those that decide nothing any more. */
const RECEIPTS = sql`
  insert into delivery.attempts (
    delivery_id, attempt, scheduled_at, started_at, finished_at, duration_ms, outcome, detail, secret_version,
    response_status, response_headers, response_body, response_truncated, response_sha256,
    first_byte_at, dns_ms, connect_ms, tls_ms, wait_ms, destination_ip, request_headers, next_attempt_at,
    triggered_by)
  select f.delivery_id, f.attempt, f.scheduled_at, f.started_at, f.finished_at, f.duration_ms, f.outcome, f.detail,
         f.secret_version, f.response_status, f.response_headers, f.response_body, f.response_truncated,
         f.response_sha256, f.first_byte_at, f.dns_ms, f.connect_ms, f.tls_ms, f.wait_ms, f.destination_ip,
         f.request_headers, m.due_at, f.triggered_by
  from finished f left join moved m on m.delivery_id = f.delivery_id and m.attempt = f.attempt
  -- What really happened replaces what was assumed when the lease ended.
  on conflict on constraint attempts_pk do update
  set ${REPLACED}, detail = concat_ws(' ', excluded.detail, 'Written after it had been given up for lost.')
  where attempts.outcome = 'lease_expired'`;

/** One row for each attempt, as the statement below reads them. */
const finishedRows = (attempts: readonly FinishedAttempt[]) => sql`
  select * from json_to_recordset(${JSON.stringify(attempts.map(toRow))}::json) as f(
    place int4, delivery_id uuid, endpoint_id text, url text, attempt int4, scheduled_at timestamptz, triggered_by text,
    started_at timestamptz,
    finished_at timestamptz, duration_ms int4, outcome text, detail text, secret_version int4, response_status int4,
    response_headers jsonb, response_body text, response_truncated boolean, response_sha256 bytea,
    first_byte_at timestamptz, dns_ms int4, connect_ms int4, tls_ms int4, wait_ms int4, destination_ip inet,
    request_headers jsonb, next_state text, next_delay_ms float8, next_retries int4, disables_endpoint boolean,
    health_effect text, is_test boolean)`;

/** Endpoints that end here, and why: as they wished, or because they only fail. */
const GIVEN_UP = sql`
  select endpoint_id, min(reason) as reason
  from (
    select f.endpoint_id, case f.outcome when 'gone' then 'gone' else 'requested' end as reason
    from finished f
    join moved m on m.delivery_id = f.delivery_id and m.attempt = f.attempt
    join delivery.endpoints e on e.endpoint_id = f.endpoint_id and e.url = f.url -- not one that it has left behind
    where f.disables_endpoint
    union all
    select j.endpoint_id, 'failing' from judged j where j.is_given_up
  ) reasons group by endpoint_id`;

/** The attempts are given in the order in which they ended. */
export async function recordAttempts(
  db: Kysely<DeliveryTables>,
  attempts: readonly FinishedAttempt[],
  rules: HealthRules = HEALTH_RULES,
): Promise<Recorded> {
  const { rows } = await sql<MovedRow | EventRow>`
    with finished as (
      ${finishedRows(attempts)}
    ), held as materialized (
      -- Locked before anything is decided: a re-send may be changing the row this very moment. One probe of the key for
      -- each, whatever the planner makes of a queue whose length changes by the minute.
      select f.delivery_id, f.attempt, f.next_state, f.next_retries, q.wanted_again,
             case when q.wanted_again then interval '0'
                  else f.next_delay_ms * interval '1 millisecond' end as delay
      from finished f
      cross join lateral (
        select q.claimed_at, q.wanted_by is not null as wanted_again from delivery.queue q
        where q.delivery_id = f.delivery_id and q.attempt = f.attempt
        offset 0 for update
      ) q
      where q.claimed_at is not null
    ), ended as (
      delete from delivery.queue q
      where q.delivery_id = any (array (
        select delivery_id from held where next_state <> 'pending' and not wanted_again
      ))
      returning q.delivery_id, q.attempt, null::timestamptz as due_at, false as wanted_again
    ), waiting as (
      update delivery.queue q
      set claimed_at = null, priority = 1, retries = case when h.wanted_again then q.retries else h.next_retries end,
          triggered_by = coalesce(q.wanted_by, 'schedule'), wanted_by = null, leases_lost = 0,
          due_at = now() + h.delay, scheduled_at = now() + h.delay
      from held h
      where q.delivery_id = any (array (select delivery_id from held)) -- by its key, however the rest is joined
        and q.delivery_id = h.delivery_id and (h.next_state = 'pending' or h.wanted_again)
      returning q.delivery_id, q.attempt, q.due_at, h.wanted_again
    ), moved as (
      select * from ended union all select * from waiting
    ), delivery as (
      update delivery.deliveries d
      set state = case when m.due_at is null then f.next_state else 'pending' end, attempts_made = f.attempt,
          last_outcome = f.outcome, next_attempt_at = m.due_at,
          completed_at = case when m.due_at is null then now() end
      from finished f join moved m on m.delivery_id = f.delivery_id and m.attempt = f.attempt
      where d.delivery_id = any (array (select delivery_id from moved)) and d.delivery_id = f.delivery_id
    ), dead as (
      ${DEAD_LETTERS}
    ), ${healthOf(rules)}, disabled as (
      update delivery.endpoints e
      set status = 'disabled', disabled_at = now(), disabled_reason = given_up.reason
      from (${GIVEN_UP}) given_up
      where e.endpoint_id = given_up.endpoint_id and e.status = 'enabled'
      returning e.endpoint_id, e.merchant_id, e.disabled_reason
    ), receipt as (
      ${RECEIPTS}
    )
    select delivery_id as "deliveryId", attempt, wanted_again as "wantedAgain",
           null as "endpointId", null as "merchantId", null as kind, null as detail from moved
    union all
    select null, null, null, endpoint_id, merchant_id, kind, detail from (${HEALTH_EVENTS}) happened`.execute(db);
  const moved = rows.filter((row) => row.deliveryId !== null);
  const outcomes = new Map(moved.map((row) => [keyOf(row), row.wantedAgain ? ('again' as const) : ('moved' as const)]));
  return {
    outcomes: attempts.map((attempt) => outcomes.get(keyOf(attempt)) ?? 'fenced'),
    healthEvents: rows
      .filter((row) => row.deliveryId === null)
      .map(({ endpointId, merchantId, kind, detail }) => ({ endpointId, merchantId, kind, detail })),
  };
}

function keyOf({ deliveryId, attempt }: Pick<FinishedAttempt, 'deliveryId' | 'attempt'>): string {
  return `${deliveryId}/${attempt}`;
}

function toRow({ next, ...attempt }: FinishedAttempt, place: number) {
  return {
    place,
    delivery_id: attempt.deliveryId,
    endpoint_id: attempt.endpointId,
    url: attempt.url,
    attempt: attempt.attempt,
    scheduled_at: attempt.scheduledAt,
    triggered_by: attempt.triggeredBy,
    started_at: attempt.startedAt,
    finished_at: attempt.finishedAt,
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    detail: attempt.detail,
    secret_version: attempt.secretVersion,
    response_status: attempt.responseStatus,
    response_headers: attempt.responseHeaders,
    response_body: attempt.responseBody,
    response_truncated: attempt.responseTruncated,
    response_sha256: attempt.responseSha256 === null ? null : `\\x${attempt.responseSha256}`,
    first_byte_at: attempt.firstByteAt,
    dns_ms: attempt.dnsMs,
    connect_ms: attempt.connectMs,
    tls_ms: attempt.tlsMs,
    wait_ms: attempt.waitMs,
    destination_ip: attempt.destinationIp,
    request_headers: attempt.requestHeaders,
    next_state: next.state,
    next_delay_ms: next.delayMs,
    next_retries: next.retries,
    disables_endpoint: next.disablesEndpoint,
    health_effect: isTest(attempt) ? 'none' : healthEffectOf(attempt.outcome, attempt.responseStatus),
    is_test: isTest(attempt),
  };
}
