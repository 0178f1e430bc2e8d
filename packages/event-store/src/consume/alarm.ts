/** Waits for a ring or for time to pass, whichever comes first. A ring while nobody waits is kept for the next wait. */
import type { Clock } from '@northwind/service-kit';

export interface Alarm {
  ring(): void;
  /** True when it was rung. */
  wait(timeoutMs: number): Promise<boolean>;
}

export function createAlarm(clock: Clock): Alarm {
  let rung = false;
  let wake: AbortController | undefined;
  return {
    ring() {
      rung = true;
      wake?.abort();
    },
    async wait(timeoutMs) {
      if (!rung) {
        wake = new AbortController();
        await clock.sleep(timeoutMs, wake.signal).catch(() => undefined); // a ring ends the sleep
        wake = undefined;
      }
      const answer = rung;
      rung = false;
      return answer;
    },
  };
}
