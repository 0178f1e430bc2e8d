import { randomUnit } from './random.ts';

export interface BackoffOptions {
  /** The most the first wait may take. */
  readonly baseMs: number;
  /** The most any wait may take. */
  readonly capMs: number;
  readonly random?: () => number;
}

/**
 * Full jitter: attempt n (from 1) waits anywhere between 0 and min(cap, base × 2^(n−1)), so that clients that failed
 * together don't come back together.
 */
export function backoff(options: BackoffOptions): (attempt: number) => number {
  const { baseMs, capMs, random = randomUnit } = options;
  return (attempt) => Math.floor(random() * Math.min(capMs, baseMs * 2 ** (Math.max(1, attempt) - 1)));
}
