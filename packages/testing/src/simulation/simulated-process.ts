/**
 * A process of the simulated world. Its code runs in ours, but everything that it waits for comes in through `deliver`,
 * so that it can be killed at every await: what is delivered to a dead process is dropped, its promises never settle,
 * and none of its code runs again.
 */
import { type Clock, formatInstant } from '@northwind/service-kit';
import type { Journal } from './journal.ts';
import type { Scheduled, Scheduler } from './scheduler.ts';

export interface SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  isAlive(): boolean;
  /** An await of the process ends in `delayMs`, unless the process is dead by then. */
  deliver(delayMs: number, what: string, enter: () => void): Scheduled;
  /** Nothing of it runs from here on. */
  kill(reason: string): void;
  /** It stands still, as on a machine that swaps or is suspended, and then goes on as if nothing had been. */
  stall(ms: number): void;
  /** When it last stood still or will have ended standing still; -1 when it never did. */
  stalledUntilMs(): number;
  onEnd(listener: () => void): void;
  /** Says that its code begins something: a call, a sleep. */
  acts(what: string): void;
  /** From here on it is to do nothing any more; `isBroken` is told what it does all the same. */
  expectSilence(isBroken: (what: string) => void): void;
}

export interface ProcessOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
  /** Unix milliseconds at which the history begins, by this process's own clock. */
  readonly epochMs: number;
  /** Asked at each await that ends: true kills the process there. */
  readonly diesAt: (process: SimulatedProcess, what: string) => boolean;
}

export function createProcess(options: ProcessOptions): SimulatedProcess {
  const { name, scheduler, journal, epochMs, diesAt } = options;
  const listeners: (() => void)[] = [];
  let alive = true;
  let stalledUntilMs = -1;
  let onAct: ((what: string) => void) | undefined;

  function enterOrWait(what: string, enter: () => void, entry: { current?: Scheduled }): void {
    if (!alive) return;
    const stalledMs = stalledUntilMs - scheduler.nowMs();
    if (stalledMs > 0) {
      entry.current = scheduler.wake(stalledMs, () => enterOrWait(what, enter, entry));
      return;
    }
    journal.note(name, what);
    if (diesAt(self, what)) self.kill(`killed at: ${what}`);
    else enter();
  }

  const self: SimulatedProcess = {
    name,
    clock: {
      nowMs: () => epochMs + scheduler.nowMs(),
      now: () => formatInstant(epochMs + scheduler.nowMs()),
      monotonicMs: () => scheduler.nowMs(),
      sleep: (ms, signal) => sleep(self, ms, signal),
    },
    isAlive: () => alive,
    deliver(delayMs, what, enter) {
      const entry: { current?: Scheduled } = {};
      entry.current = scheduler.wake(delayMs, () => enterOrWait(what, enter, entry));
      return { cancel: () => entry.current?.cancel() };
    },
    kill(reason) {
      if (!alive) return;
      alive = false;
      journal.note(name, reason);
      for (const listener of listeners) listener();
    },
    stall(ms) {
      stalledUntilMs = Math.max(stalledUntilMs, scheduler.nowMs() + ms);
      journal.note(name, `stands still for ${Math.round(ms)} ms`);
    },
    stalledUntilMs: () => stalledUntilMs,
    onEnd: (listener) => void listeners.push(listener),
    acts: (what) => onAct?.(what),
    expectSilence(isBroken) {
      onAct = isBroken;
    },
  };
  return self;
}

function sleep(process: SimulatedProcess, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    process.acts(`sleeps ${ms} ms`);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = process.deliver(ms, 'wakes', () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
