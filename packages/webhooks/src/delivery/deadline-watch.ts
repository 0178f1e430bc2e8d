/**
 * Total deadlines of the attempts under way, on one ticking loop. An AbortSignal.timeout for each would outlive its
 * attempt by the whole deadline: tens of thousands of them on a busy worker.
 */
import { type Clock, createLoop, type Service } from '@northwind/service-kit';

/** Why what is watched is aborted. */
export type AbortReason = 'deadline' | 'interrupted';

export interface Abortable {
  abort(reason: AbortReason): void;
}

export interface DeadlineWatch {
  readonly service: Service;
  /** Aborts the attempt when `clock.monotonicMs()` passes the deadline. Returns how to end the watch. */
  watch(deadlineMs: number, attempt: Abortable): () => void;
  abortAll(reason: AbortReason): void;
}

/** How late a deadline may be noticed. */
const TICK_MS = 25;

export function createDeadlineWatch(clock: Clock): DeadlineWatch {
  const watched = new Map<Abortable, number>();

  const service = createLoop({
    name: 'attempt deadlines',
    clock,
    pauseMs: TICK_MS,
    run: async () => {
      const nowMs = clock.monotonicMs();
      for (const [attempt, deadlineMs] of watched) {
        if (deadlineMs <= nowMs) attempt.abort('deadline');
      }
    },
    onError: (error) => {
      throw error; // nothing above can fail
    },
  });

  return {
    service,
    watch(deadlineMs, attempt) {
      watched.set(attempt, deadlineMs);
      return () => void watched.delete(attempt);
    },
    abortAll(reason) {
      for (const attempt of watched.keys()) attempt.abort(reason);
    },
  };
}
