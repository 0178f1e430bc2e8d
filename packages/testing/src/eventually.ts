import { systemClock } from '@northwind/service-kit';

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** What was waited for, for the message when it doesn't come; a function may tell the last state seen. */
  readonly describe?: string | (() => string);
}

/**
 * Calls `probe` until it neither throws nor returns false, and returns what it returned. At the deadline it fails with
 * the last failure: an `expect` inside `probe` shows its own difference.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const { timeoutMs = 10_000, intervalMs = 20, describe = 'the expected state' } = options;
  const deadline = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await probe();
      if (result !== false) return result as Exclude<T, false>;
    } catch (error) {
      failure = error;
    }
    if (systemClock.monotonicMs() >= deadline) {
      const what = typeof describe === 'string' ? describe : describe();
      const why = failure instanceof Error ? `: ${failure.message}` : '';
      throw new Error(`not within ${timeoutMs} ms: ${what}${why}`, { cause: failure });
    }
    await systemClock.sleep(intervalMs);
  }
}
