import { setTimeout as wait } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since 1970 in UTC. */
  nowMs(): number;
  /** The same instant as text: `YYYY-MM-DDTHH:MM:SS.ffffffZ`, always six fraction digits. */
  now(): string;
  /** Milliseconds that only grow, for durations and deadlines. Its zero means nothing. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  now: () => formatInstant(Date.now()),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal ? { signal } : undefined);
    } catch (error) {
      // Node wraps the reason in an AbortError of its own; callers compare with the reason they gave.
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

/** Milliseconds since 1970 as `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}
