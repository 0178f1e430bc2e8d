import type { Clock } from '../clock.ts';

/** Wakes a loop that waits. A ring while nobody waits is kept for the next wait. */
export interface Alarm {
  ring(): void;
  /** Rings by itself in `ms`, or earlier if asked for earlier. */
  ringWithin(ms: number): void;
  /** True when it was rung, false when the time passed. */
  wait(timeoutMs: number): Promise<boolean>;
}

export function createAlarm(clock: Clock): Alarm {
  let rung = false;
  let wakeAtMs = Number.POSITIVE_INFINITY;
  let sleeper: AbortController | null = null;

  return {
    ring() {
      rung = true;
      sleeper?.abort();
    },
    ringWithin(ms) {
      wakeAtMs = Math.min(wakeAtMs, clock.monotonicMs() + ms);
    },
    async wait(timeoutMs) {
      const untilWakeMs = wakeAtMs - clock.monotonicMs();
      const isDue = untilWakeMs <= timeoutMs;
      if (isDue) wakeAtMs = Number.POSITIVE_INFINITY;
      if (!rung) {
        sleeper = new AbortController();
        await clock.sleep(Math.max(0, Math.min(timeoutMs, untilWakeMs)), sleeper.signal).catch(() => undefined);
        sleeper = null;
      }
      const wasRung = rung || isDue;
      rung = false;
      return wasRung;
    },
  };
}
