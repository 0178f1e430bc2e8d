/** Changes an endpoint: where it is, what it is told, how it is treated, and whether anything is sent there. */
import { type Kysely, sql } from 'kysely';
import {
  changedPolicy,
  type EndpointPolicy,
  type EndpointPolicyChange,
  storedPolicy,
} from '../policy/endpoint-policy.ts';
import type { DeliveryTables } from '../tables.ts';
import { type CheckOptions, checkEventTypes, checkUrl } from './check-endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { type EndpointProblem, endpointProblem } from './endpoint-problem.ts';
import { finishEnabling } from './finish-enabling.ts';
import { lockEndpoint } from './lock-endpoint.ts';
import { lockHealth } from './lock-health.ts';
import { type MissedTables, planUnplanned } from './plan-missed.ts';
import { readEndpoint } from './read-endpoint.ts';

/** What is left out stays as it is. */
export interface EndpointChange {
  readonly url?: string | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  /** Within POLICY_BOUNDS: parse it with endpointPolicyChangeSchema. */
  readonly policy?: EndpointPolicyChange | undefined;
  readonly status?: 'enabled' | 'disabled' | undefined;
  /** With `status` enabled: whether what was missed meanwhile is planned now. Without, the endpoint begins anew. */
  readonly catchUp?: boolean | undefined;
}

export interface EndpointToChange {
  readonly merchantId: string;
  readonly endpointId: string;
}

export type ChangeResult =
  | {
      readonly ok: true;
      readonly endpoint: Endpoint;
      /** Deliveries that waited while the endpoint was disabled and are due now. */
      readonly released: number;
      /** Deliveries that the catch-up planned. */
      readonly planned: number;
    }
  | { readonly ok: false; readonly problem: EndpointProblem | 'not_found' };

/**
 * All of it in one transaction, so two changes at once are made one after the other. What waited for an endpoint that
 * is enabled is released after it, and what it missed is planned, both in pages; should the API die meanwhile, a worker
 * goes on.
 */
export async function changeEndpoint(
  db: Kysely<MissedTables>,
  place: EndpointToChange,
  { change, options }: { readonly change: EndpointChange; readonly options: CheckOptions },
): Promise<ChangeResult> {
  const types = change.eventTypes && checkEventTypes(change.eventTypes);
  if (types?.ok === false) return { ok: false, problem: endpointProblem(types.code) };
  const deliveries = db as unknown as Kysely<DeliveryTables>;
  // Another merchant's question is answered before a name is resolved for it; a URL that stays is not judged again:
  // its host may be down for the moment.
  if ((await readEndpoint(deliveries, place)) === null) return { ok: false, problem: 'not_found' };
  const target = change.url === undefined ? undefined : await checkUrl(change.url, options);
  if (target?.ok === false) return { ok: false, problem: endpointProblem(target.code) };

  const changed = await deliveries.transaction().execute(async (trx) => {
    await lockHealth(trx, place.endpointId);
    const before = (await lockEndpoint(trx, place)) ? await readEndpoint(trx, place) : null;
    if (before === null) return false;
    const url = target?.url ?? before.url;
    const eventTypes = types?.eventTypes ?? before.eventTypes;
    if (change.status === 'disabled') await disable(trx, place); // as it was until now
    await store(trx, place, { url, eventTypes, policy: changedPolicy(before.policy, change.policy ?? {}) });
    if (url !== before.url) await forgetFailures(trx, place); // they were of another place
    if (change.status === 'enabled') await enable(trx, place, change.catchUp ?? false);
    return true;
  });
  if (!changed) return { ok: false, problem: 'not_found' };
  const { released, planned } = await finishEnabling(db, place);
  const endpoint = await readEndpoint(deliveries, place);
  return endpoint ? { ok: true, endpoint, released, planned } : { ok: false, problem: 'not_found' };
}

interface StoredEndpoint {
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly policy: EndpointPolicy;
}

async function store(
  trx: Kysely<DeliveryTables>,
  { endpointId }: EndpointToChange,
  { url, eventTypes, policy }: StoredEndpoint,
): Promise<void> {
  const { retryPolicy, timeoutMs, concurrencyMax, ratePerSecond, isOrdered } = storedPolicy(policy);
  await sql`
    update delivery.endpoints
    set url = ${url}, event_types = ${eventTypes}::text[],
        retry_policy = ${retryPolicy === null ? null : JSON.stringify(retryPolicy)}::jsonb,
        timeout_ms = ${timeoutMs}::int4, concurrency_max = ${concurrencyMax}::int4,
        rate_per_second = ${ratePerSecond}::float8, is_ordered = ${isOrdered}::boolean
    where endpoint_id = ${endpointId}`.execute(trx);
}

/** All that happened before is its: it waits with the rest. So does what planners that found it enabled still plan. */
async function disable(trx: Kysely<DeliveryTables>, place: EndpointToChange): Promise<void> {
  const missedFrom = await planUnplanned(trx as unknown as Kysely<MissedTables>, place);
  await sql`
    update delivery.endpoints
    set status = 'disabled', disabled_at = now(), disabled_reason = 'merchant',
        catch_up_from = coalesce(catch_up_from, ${missedFrom}::int8)
    where endpoint_id = ${place.endpointId} and status = 'enabled'`.execute(trx);
}

/**
 * Starts afresh: no failure counts any more. Nothing happens to one that is enabled already.
 *
 * What was missed begins where its merchant disabled it. Where a worker did, all of it lies behind the last delivery
 * that was planned here, since planning goes through a merchant's transitions in order. With a catch-up that place is
 * kept until everything behind it is planned; without, the endpoint begins after the last change of a payout that its
 * merchant can see, as a new one does, and what is planned before this is committed is its, too.
 */
async function enable(
  trx: Kysely<DeliveryTables>,
  { merchantId, endpointId }: EndpointToChange,
  catchUp: boolean,
): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    with last as (
      select coalesce((select "offset" + 1 from delivery.deliveries
                       where endpoint_id = ${endpointId} and partition is not null -- tests and digests have no place
                       order by partition desc, "offset" desc limit 1), 0) as planned,
             coalesce((select max("offset") + 1 from read.payouts where merchant_id = ${merchantId}), 0) as visible
    )
    update delivery.endpoints
    set status = 'enabled', disabled_at = null, disabled_reason = null, enabling_since = now(),
        catch_up_from = case when ${catchUp}::boolean then coalesce(catch_up_from, greatest(from_offset, planned))
                             else greatest(from_offset, visible) end,
        from_offset = case when ${catchUp}::boolean then from_offset else greatest(from_offset, visible) end
    from last
    where endpoint_id = ${endpointId} and status = 'disabled'`.execute(trx);
  if (numAffectedRows > 0n) await forgetFailures(trx, { endpointId });
}

async function forgetFailures(
  trx: Kysely<DeliveryTables>,
  { endpointId }: Pick<EndpointToChange, 'endpointId'>,
): Promise<void> {
  await sql`
    update delivery.endpoint_health
    set consecutive_failures = 0, failing_since = null, disables_at = null, warned_percent = 0, warned_at = null,
        concurrency_now = null, open_until = null, openings = 0, probe_id = null, probe_until = null
    where endpoint_id = ${endpointId}`.execute(trx);
}
