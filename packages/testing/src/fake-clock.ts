import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, formatInstant } from '@northwind/service-kit';

export interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in the order of their deadlines; what they start meanwhile is woken too. */
  advance(ms: number): Promise<void>;
  /** How many are asleep: a test waits for this before it advances. */
  sleepers(): number;
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

const DEFAULT_START_MS = Date.UTC(2026, 10, 22, 6);

/** A clock that stands still until it is advanced. It starts at 2026-11-22T06:00:00Z unless told otherwise. */
export function fakeClock(startMs: number = DEFAULT_START_MS): FakeClock {
  let elapsedMs = 0;
  const sleepers = new Set<Sleeper>();

  const nextSleeper = (untilMs: number): Sleeper | undefined =>
    [...sleepers].filter(({ wakeAtMs }) => wakeAtMs <= untilMs).sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];

  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (settle: () => void) => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = () => end(() => reject(signal?.reason));
      const sleeper: Sleeper = { wakeAtMs: elapsedMs + Math.max(0, ms), wake: () => end(resolve) };
      signal?.addEventListener('abort', abort, { once: true });
      sleepers.add(sleeper);
    });

  return {
    nowMs: () => startMs + elapsedMs,
    now: () => formatInstant(startMs + elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep,
    sleepers: () => sleepers.size,
    advance: async (ms) => {
      const targetMs = elapsedMs + ms;
      await turn();
      for (let sleeper = nextSleeper(targetMs); sleeper; sleeper = nextSleeper(targetMs)) {
        elapsedMs = Math.max(elapsedMs, sleeper.wakeAtMs);
        sleeper.wake();
        // Whoever woke runs on until it sleeps again or waits for something else.
        await turn();
      }
      elapsedMs = targetMs;
    },
  };
}
