/** The exact times at which a policy would try, before it is saved. */
import { type RetryPolicy, waitMs } from './retry-policy.ts';

/** All in milliseconds after the first attempt, if every attempt fails at once and asks for nothing. */
export interface PreviewedAttempt {
  /** 1 is the first, at 0. */
  readonly attempt: number;
  /** Jitter at its shortest, every time. */
  readonly earliestMs: number;
  /** Jitter in the middle. */
  readonly nominalMs: number;
  /** Jitter at its longest, every time; at most the window. */
  readonly latestMs: number;
  /** False when jitter decides whether it still falls within the window. */
  readonly isCertain: boolean;
}

/** Everything that jitter may add up to lies between `earliestMs` and `latestMs`. */
export function previewAttempts(policy: RetryPolicy): PreviewedAttempt[] {
  const attempts: PreviewedAttempt[] = [];
  let [earliestMs, nominalMs, latestMs] = [0, 0, 0];
  for (let retries = 0; earliestMs <= policy.windowMs; retries += 1) {
    attempts.push({
      attempt: retries + 1,
      earliestMs,
      nominalMs: Math.min(nominalMs, policy.windowMs),
      latestMs: Math.min(latestMs, policy.windowMs),
      isCertain: latestMs <= policy.windowMs,
    });
    const [shortest, middle, longest] = [0, 0.5, 1].map((chance) => waitMs(policy, retries, chance));
    if (shortest == null || middle == null || longest == null) break;
    earliestMs += shortest;
    nominalMs += middle;
    latestMs += longest;
  }
  return attempts;
}
