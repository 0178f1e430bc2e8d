import type { Clock } from '@northwind/service-kit';

export interface WaitOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks again and again until `condition` holds. False when it still doesn't after `timeoutMs`. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, options: WaitOptions): Promise<boolean> {
  const { clock, timeoutMs, pollMs = 20, signal } = options;
  const deadline = clock.monotonicMs() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (clock.monotonicMs() >= deadline) return false;
    await clock.sleep(pollMs, signal);
  }
}
