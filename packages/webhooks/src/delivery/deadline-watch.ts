/**
 * Total deadlines of the attempts under way, on one ticking loop. An AbortSignal.timeout for each would outlive its
 * attempt by the whole deadline: tens of thousands of them on a busy worker.
 */
import { type Clock, createLoop, type Service } from '@northwind/service-kit';

/** Why a watched controller aborts. */
export type AbortReason = 'deadline' | 'interrupted';

export interface DeadlineWatch {
  readonly service: Service;
  /** Aborts the controller when `clock.monotonicMs()` passes the deadline. Returns how to end the watch. */
  watch(deadlineMs: number, controller: AbortController): () => void;
  abortAll(reason: AbortReason): void;
}

/** How late a deadline may be noticed. */
const TICK_MS = 25;

export function createDeadlineWatch(clock: Clock): DeadlineWatch {
  const watched = new Map<AbortController, number>();

  const service = createLoop({
    name: 'attempt deadlines',
    clock,
    pauseMs: TICK_MS,
    run: async () => {
      const nowMs = clock.monotonicMs();
      for (const [controller, deadlineMs] of watched) {
        if (deadlineMs <= nowMs) controller.abort('deadline' satisfies AbortReason);
      }
    },
    onError: (error) => {
      throw error; // nothing above can fail
    },
  });

  return {
    service,
    watch(deadlineMs, controller) {
      watched.set(controller, deadlineMs);
      return () => void watched.delete(controller);
    },
    abortAll(reason) {
      for (const controller of watched.keys()) controller.abort(reason);
    },
  };
}
