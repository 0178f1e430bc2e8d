import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideNextStep } from '../delivery/decide-next-step.ts';
import { ATTEMPTS_MAX, POLICY_BOUNDS, WINDOW_MS } from '../limits.ts';
import { previewAttempts } from './preview-attempts.ts';
import { JITTERS, RETRY_POLICY, type RetryPolicy, retryPolicyOf } from './retry-policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('the default: ten attempts, the last after three days, whatever jitter does', () => {
  const attempts = previewAttempts(RETRY_POLICY);
  expect(attempts).toHaveLength(10);
  expect(attempts.slice(0, 3)).toEqual([
    { attempt: 1, earliestMs: 0, nominalMs: 0, latestMs: 0, isCertain: true },
    { attempt: 2, earliestMs: 4_000, nominalMs: 5_000, latestMs: 6_000, isCertain: true },
    { attempt: 3, earliestMs: 244_000, nominalMs: 305_000, latestMs: 366_000, isCertain: true },
  ]);
  expect(attempts.at(-1)?.nominalMs).toBe(75 * HOUR + 35 * MINUTE + 5_000);
  expect(attempts.every(({ isCertain }) => isCertain)).toBe(true);
});

test('base × factor with a cap, up to the window', () => {
  const waits = { kind: 'exponential', baseMs: 1_000, factor: 2, capMs: 10_000 } as const;
  const attempts = previewAttempts({ waits, windowMs: 40_000, jitter: 'proportional' });
  expect(attempts.map(({ nominalMs }) => nominalMs)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000, 40_000]);
  expect(attempts.slice(-2)).toMatchObject([
    { earliestMs: 28_000, latestMs: 40_000, isCertain: false },
    { earliestMs: 36_000, latestMs: 40_000, isCertain: false },
  ]);
});

test('full jitter may not wait at all', () => {
  const attempts = previewAttempts({ ...retryPolicyOf([1_000, 2_000]), jitter: 'full' });
  expect(attempts.map(({ earliestMs, nominalMs, latestMs }) => [earliestMs, nominalMs, latestMs])).toEqual([
    [0, 0, 0],
    [0, 500, 1_000],
    [0, 1_500, 3_000],
  ]);
});

test('no policy tries more than the operator allows', () => {
  const waits = { kind: 'exponential', baseMs: 1_000, factor: 1, capMs: 1_000 } as const;
  expect(previewAttempts({ waits, windowMs: WINDOW_MS, jitter: 'full' })).toHaveLength(ATTEMPTS_MAX);
});

describe('what is previewed is what happens', () => {
  const { min, max } = POLICY_BOUNDS.waitMs;
  const wait = fc.integer({ min, max });
  const waits = fc.oneof(
    fc.record({ kind: fc.constant('schedule' as const), waitsMs: fc.array(wait, { maxLength: 12 }) }),
    fc.record({
      kind: fc.constant('exponential' as const),
      baseMs: wait,
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      capMs: fc.constant(max),
    }),
  );
  const policies: fc.Arbitrary<RetryPolicy> = fc.record({
    waits,
    windowMs: fc.integer(POLICY_BOUNDS.windowMs),
    jitter: fc.constantFrom(...JITTERS),
  });

  test('every attempt of a delivery that fails for ever lies in its range, and every certain one is made', () => {
    const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 50 });
    fc.assert(
      fc.property(policies, chances, (policy, draws) => {
        const preview = previewAttempts(policy);
        const made = attemptsOf(policy, draws);
        expect(made.length).toBeLessThanOrEqual(preview.length);
        expect(made.length).toBeGreaterThanOrEqual(preview.filter(({ isCertain }) => isCertain).length);
        for (const [i, atMs] of made.entries()) {
          expect(atMs).toBeGreaterThanOrEqual(preview[i]?.earliestMs ?? Number.NaN);
          expect(atMs).toBeLessThanOrEqual(preview[i]?.latestMs ?? Number.NaN);
        }
      }),
    );
  });
});

/** When the engine's own decision would attempt it, if each attempt failed at once. */
function attemptsOf(policy: RetryPolicy, draws: readonly number[]): number[] {
  const made = [0];
  for (let retries = 0; ; retries += 1) {
    const elapsedMs = made.at(-1) ?? 0;
    const facts = { outcome: 'server_error', retries, retryAfterMs: null, elapsedMs, disableRequested: false } as const;
    const { delayMs } = decideNextStep(facts, policy, draws[retries] ?? 0);
    if (delayMs === null) return made;
    made.push(elapsedMs + delayMs);
  }
}
