/**
 * What a batch of finished attempts makes of their endpoints' health: the part of the recording statement that touches
 * `delivery.endpoint_health`. Rows are locked in the order of their ids, so that recordings never block one another for
 * good, and only those whose state changes: successes of a healthy endpoint write nothing.
 */
import { type RawBuilder, sql } from 'kysely';
import type { HealthRules } from './health-rules.ts';

/** Fewer failures than these are no proof, however long ago the first was: a quiet endpoint may have had two. */
const FAILURES_TO_DISABLE = 10;
/** Two to this power is beyond any pause. */
const DOUBLINGS_MAX = 20;

/**
 * What the attempts say of each endpoint. Those that somebody else has made again since say nothing, nor do those that
 * went where the endpoint no longer is.
 */
const TOUCHED = sql`
  select f.endpoint_id, array_agg(f.delivery_id) as delivery_ids,
         count(*) filter (where f.health_effect = 'success') as successes,
         count(*) filter (where f.health_effect in ('failure', 'overload')) as failures,
         count(*) filter (where f.health_effect in ('failure', 'overload') and f.place > f.last_success)
           as latest_failures,
         max(f.started_at) filter (where f.health_effect = 'overload') as overloaded_at,
         (array_agg(f.outcome order by f.place desc)
           filter (where f.health_effect in ('failure', 'overload')))[1] as last_failure
  from (
    select finished.*, coalesce(
             max(place) filter (where health_effect = 'success') over (partition by endpoint_id), -1
           ) as last_success
    from finished
    cross join lateral (
      select from delivery.endpoints e where e.endpoint_id = finished.endpoint_id and e.url = finished.url
      offset 0
    ) still_there
    where (delivery_id, attempt) in (select delivery_id, attempt from moved)
  ) f
  group by f.endpoint_id`;

/** What the endpoints' rows come to with them. */
const COUNTED = sql`
  select a.*,
         case when successes > 0 then latest_failures else consecutive_failures + failures end as failures_now,
         case when successes > 0 and latest_failures = 0 then null
              when successes > 0 then now()
              when failures > 0 then coalesce(failing_since, now())
              else failing_since end as since,
         -- Attempts that began before the last reduction only say once more what it has answered already.
         case when overloaded_at > coalesce(reduced_at, '-infinity')
              then greatest(1, floor(coalesce(concurrency_now, concurrency_max) / 2))
              else coalesce(concurrency_now, concurrency_max)
                   + successes / coalesce(concurrency_now, concurrency_max) end as concurrency,
         case when successes > 0 then 0 else openings end as openings_before
  from ailing a`;

/**
 * The CTEs `touched`, `ailing`, `judged` and `health`, reading `finished(place, delivery_id, attempt, endpoint_id, url,
 * outcome, health_effect, started_at)`, whose `place` is the order in which the attempts ended, and those of them that
 * `moved(delivery_id, attempt)` their deliveries. `judged` has `is_given_up`.
 */
export function healthOf(rules: HealthRules): RawBuilder<unknown> {
  const ms = (value: number) => sql`${value}::float8 * interval '1 millisecond'`;
  return sql`
    touched as (${TOUCHED}), ailing as materialized (
      select h.*, e.merchant_id, e.concurrency_max, t.successes, t.failures, t.latest_failures, t.overloaded_at,
             t.last_failure as latest_failure,
             coalesce(h.probe_id = any (t.delivery_ids), false) as probe_ended
      from (select * from touched order by endpoint_id) t
      cross join lateral (
        select h.* from delivery.endpoint_health h
        where h.endpoint_id = t.endpoint_id
          and (t.failures > 0 or h.consecutive_failures > 0 or h.concurrency_now is not null
               or h.open_until is not null)
        offset 0 for no key update
      ) h
      cross join lateral (
        select e.merchant_id, e.concurrency_max from delivery.endpoints e where e.endpoint_id = h.endpoint_id
        offset 0
      ) e
    ), counted as (${COUNTED}), judged as (
      select c.*,
             since + ${ms(rules.disableAfterMs)} as disables,
             case when successes > 0 and failures_now < ${rules.failuresToOpen} then 'closed'
                  when openings_before = 0 and failures_now >= ${rules.failuresToOpen} then 'opens'
                  when openings_before > 0 and probe_ended and failures > 0 then 'opens'
                  else 'stays' end as circuit,
             successes = 0 and failures > 0 and failures_now >= ${FAILURES_TO_DISABLE}
               and now() - since >= ${ms(rules.disableAfterMs)} as is_given_up,
             case when since is null then 0
                  when now() - since >= 0.9 * ${ms(rules.disableAfterMs)} then 90
                  when now() - since >= 0.7 * ${ms(rules.disableAfterMs)} then 70
                  when now() - since >= 0.5 * ${ms(rules.disableAfterMs)} then 50
                  else 0 end as percent
      from counted c
    ), health as (
      update delivery.endpoint_health h
      set consecutive_failures = j.failures_now, failing_since = j.since, disables_at = j.disables,
          last_failure_at = case when j.failures > 0 then now() else h.last_failure_at end,
          last_failure = coalesce(j.latest_failure, h.last_failure),
          warned_percent = j.percent,
          warned_at = case when j.percent = 0 then null when j.percent = j.warned_percent then j.warned_at
                           else now() end,
          concurrency_now = case when j.concurrency < j.concurrency_max then j.concurrency end,
          reduced_at = case when j.overloaded_at > coalesce(j.reduced_at, '-infinity') then now() else j.reduced_at end,
          openings = case j.circuit when 'closed' then 0 when 'opens' then j.openings_before + 1 else j.openings end,
          open_until = case j.circuit when 'closed' then null when 'stays' then j.open_until
            else now() + least(${rules.pauseMaxMs}::float8, ${rules.pauseMs}::float8
                               * power(2, least(j.openings_before, ${DOUBLINGS_MAX}))) * interval '1 millisecond' end,
          probe_id = case when j.circuit = 'stays' and not j.probe_ended then j.probe_id end,
          probe_until = case when j.circuit = 'stays' and not j.probe_ended then j.probe_until end
      from judged j where h.endpoint_id = j.endpoint_id
    )`;
}

/** What a recording did to an endpoint that somebody may want to know of. */
export interface HealthEvent {
  readonly endpointId: string;
  readonly merchantId: string;
  readonly kind: 'circuit_opened' | 'circuit_closed' | 'warned' | 'disabled';
  /** The last failure; of a warning, how much of the time until it is disabled has passed; why it was disabled. */
  readonly detail: string | null;
}

/** Reads `judged` and `disabled(endpoint_id, merchant_id, disabled_reason)`. */
export const HEALTH_EVENTS = sql`
  select endpoint_id, merchant_id, 'circuit_opened' as kind, latest_failure as detail
  from judged where circuit = 'opens'
  union all
  select endpoint_id, merchant_id, 'circuit_closed', null from judged where circuit = 'closed' and openings > 0
  union all
  select endpoint_id, merchant_id, 'warned', percent || ' %' from judged where percent > warned_percent
  union all
  select endpoint_id, merchant_id, 'disabled', disabled_reason from disabled`;
