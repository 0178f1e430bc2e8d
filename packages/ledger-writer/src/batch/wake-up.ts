import type { Clock } from '@northwind/service-kit';

/** Calls back once, at the earliest of the times asked for. */
export interface WakeUp {
  /** On the monotonic clock. Infinity asks for nothing. */
  at(monotonicMs: number): void;
  cancel(): void;
}

export function createWakeUp(clock: Clock, wake: () => void): WakeUp {
  let next: { readonly atMs: number; readonly stop: AbortController } | null = null;

  function cancel(): void {
    next?.stop.abort();
    next = null;
  }

  async function sleep(own: NonNullable<typeof next>): Promise<void> {
    try {
      // Rounded up: fractions of a millisecond too early, it would only be asked for again.
      await clock.sleep(Math.max(0, Math.ceil(own.atMs - clock.monotonicMs())), own.stop.signal);
    } catch {
      return; // cancelled
    }
    if (next === own) next = null;
    wake();
  }

  return {
    at(monotonicMs) {
      if (monotonicMs === Number.POSITIVE_INFINITY || (next !== null && next.atMs <= monotonicMs)) return;
      cancel();
      next = { atMs: monotonicMs, stop: new AbortController() };
      void sleep(next);
    },
    cancel,
  };
}
