import { setImmediate as turn } from 'node:timers/promises';
import { backoff } from '../backoff.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createService } from './create-service.ts';
import type { Service } from './service.ts';

export interface LoopOptions {
  readonly name: string;
  /** One bounded piece of work. It gives up soon when the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Told of each failure in a row (`attempt` counts from 1) and of the wait that follows. */
  readonly onError: (error: unknown, failure: { readonly attempt: number; readonly delayMs: number }) => void;
  /** The wait after a run that succeeded; none by default. */
  readonly pauseMs?: number;
  /** The wait after the nth failure in a row. */
  readonly retryDelayMs?: (attempt: number) => number;
  readonly clock?: Clock;
}

const DEFAULT_RETRY_DELAY = backoff({ baseMs: 200, capMs: 5_000 });

/** Calls `run` again and again, one at a time, until stopped. A failing run is reported, waited for and repeated. */
export function createLoop(options: LoopOptions): Service {
  let controller = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  return createService({
    name: options.name,
    start: async () => {
      controller = new AbortController();
      loop = repeat(options, controller.signal);
    },
    stop: async () => {
      controller.abort(new DOMException(`${options.name} was stopped`, 'AbortError'));
      await loop;
    },
  });
}

async function repeat(options: LoopOptions, signal: AbortSignal): Promise<void> {
  const { run, onError, pauseMs = 0, retryDelayMs = DEFAULT_RETRY_DELAY, clock = systemClock } = options;
  let failures = 0;
  while (!signal.aborted) {
    let delayMs = pauseMs;
    try {
      await run(signal);
      failures = 0;
    } catch (error) {
      // Giving up because it was told to is not a failure.
      if (signal.aborted) return;
      failures += 1;
      delayMs = retryDelayMs(failures);
      onError(error, { attempt: failures, delayMs });
    }
    // A run that never waits for anything would otherwise keep timers and sockets from their turn.
    await (delayMs > 0 ? clock.sleep(delayMs, signal).catch(() => undefined) : turn());
  }
}
