/** What a merchant may set for an endpoint, within the operator's bounds. */
import { z } from 'zod';
import { POLICY_BOUNDS as BOUNDS, CONCURRENCY_PER_ENDPOINT, TOTAL_DEADLINE_MS } from '../limits.ts';
import { JITTERS, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';

const waitSchema = z.int().min(BOUNDS.waitMs.min).max(BOUNDS.waitMs.max);

const waitsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('schedule'), waitsMs: z.array(waitSchema).max(BOUNDS.waits) }),
  z
    .strictObject({
      kind: z.literal('exponential'),
      baseMs: waitSchema,
      factor: z.number().min(BOUNDS.factor.min).max(BOUNDS.factor.max),
      capMs: waitSchema,
    })
    .refine(({ baseMs, capMs }) => capMs >= baseMs, { path: ['capMs'], message: 'must not be less than baseMs' }),
]);

export const endpointPolicySchema = z.strictObject({
  waits: waitsSchema,
  windowMs: z.int().min(BOUNDS.windowMs.min).max(BOUNDS.windowMs.max),
  jitter: z.enum(JITTERS),
  timeoutMs: z.int().min(BOUNDS.timeoutMs.min).max(BOUNDS.timeoutMs.max),
  concurrencyMax: z.int().min(1).max(BOUNDS.concurrencyMax),
  ratePerSecond: z.number().min(BOUNDS.ratePerSecond.min).max(BOUNDS.ratePerSecond.max).nullable(),
  isOrdered: z.boolean(),
});

/** All of it, as it is in force. `ratePerSecond` null: no limit. */
export type EndpointPolicy = z.output<typeof endpointPolicySchema>;

/** What to change; the rest stays as it is. */
export const endpointPolicyChangeSchema = endpointPolicySchema.partial();
export type EndpointPolicyChange = z.output<typeof endpointPolicyChangeSchema>;

/** What is undefined stays as it is. */
export function changedPolicy(policy: EndpointPolicy, change: EndpointPolicyChange): EndpointPolicy {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...policy, ...Object.fromEntries(given) };
}

/** As the table holds it: null is the default. */
export interface StoredPolicy {
  readonly retryPolicy: RetryPolicy | null;
  readonly timeoutMs: number | null;
  readonly concurrencyMax: number;
  readonly ratePerSecond: number | null;
  readonly isOrdered: boolean;
}

export function policyInForce(stored: StoredPolicy): EndpointPolicy {
  const { waits, windowMs, jitter } = stored.retryPolicy ?? RETRY_POLICY;
  return {
    waits: waits.kind === 'schedule' ? { ...waits, waitsMs: [...waits.waitsMs] } : waits,
    windowMs,
    jitter,
    timeoutMs: stored.timeoutMs ?? TOTAL_DEADLINE_MS,
    concurrencyMax: stored.concurrencyMax,
    ratePerSecond: stored.ratePerSecond,
    isOrdered: stored.isOrdered,
  };
}

export const ENDPOINT_POLICY: EndpointPolicy = policyInForce({
  retryPolicy: null,
  timeoutMs: null,
  concurrencyMax: CONCURRENCY_PER_ENDPOINT,
  ratePerSecond: null,
  isOrdered: false,
});

/** Only what differs from the default is stored, so that endpoints nobody tuned follow a new default. */
export function storedPolicy({ waits, windowMs, jitter, timeoutMs, ...rest }: EndpointPolicy): StoredPolicy {
  const retryPolicy = { waits, windowMs, jitter };
  return {
    ...rest,
    retryPolicy: isSame(retryPolicy, RETRY_POLICY) ? null : retryPolicy,
    timeoutMs: timeoutMs === TOTAL_DEADLINE_MS ? null : timeoutMs,
  };
}

function isSame(one: RetryPolicy, other: RetryPolicy): boolean {
  return one.windowMs === other.windowMs && one.jitter === other.jitter && sameWaits(one, other);
}

function sameWaits({ waits: one }: RetryPolicy, { waits: other }: RetryPolicy): boolean {
  if (one.kind !== 'schedule' || other.kind !== 'schedule') return false;
  return one.waitsMs.length === other.waitsMs.length && one.waitsMs.every((ms, i) => ms === other.waitsMs[i]);
}
