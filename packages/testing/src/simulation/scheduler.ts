/**
 * Virtual time and the one place that decides what runs next.
 *
 * Everything that waits, waits for an entry of the agenda; when all code has come to rest, the next entry is run and
 * time jumps to it. Code under simulation may use promises as it likes: between two entries the microtasks are drained,
 * in the order in which JavaScript runs them, which is always the same. What must not happen is waiting for anything
 * real (a timer, a socket, a thread), because that comes back in an order that no seed decides.
 */
import { type AgendaEntry, createAgenda } from './agenda.ts';
import type { Chance } from './seeded-chance.ts';

export interface Scheduled {
  cancel(): void;
}

export interface Scheduler {
  /** Virtual milliseconds since the history began. */
  nowMs(): number;
  /** Runs `run` after `delayMs`, between whatever else is due. It must not resolve promises of simulated code. */
  later(delayMs: number, run: () => void): Scheduled;
  /** As `later`, for what wakes promise-based code: that code is run until it waits again before anything else. */
  wake(delayMs: number, run: () => void): Scheduled;
  /** A pause of the model's own code. */
  pause(delayMs: number): Promise<void>;
  /** Runs until `isOver` says so. What `run` functions and `isOver` throw comes out of here. */
  run(isOver: () => boolean, limits: RunLimits): Promise<Ending>;
  /** Entries run so far. */
  steps(): number;
}

export interface RunLimits {
  readonly untilMs: number;
  readonly stepsMax: number;
}

/** Over as asked, nothing left to do, or stopped by a limit. */
export type Ending = 'over' | 'idle' | 'time is up' | 'too many steps';

export function createScheduler(chance: Chance): Scheduler {
  const agenda = createAgenda();
  let nowMs = 0;
  let steps = 0;
  let woke = true;

  function enter(delayMs: number, run: () => void): AgendaEntry {
    const entry = { atMs: nowMs + Math.max(0, delayMs), lot: chance.unit(), cancelled: false, run };
    agenda.add(entry);
    return entry;
  }

  const cancellable = (entry: AgendaEntry): Scheduled => ({
    cancel: () => {
      entry.cancelled = true;
    },
  });

  const wake = (delayMs: number, run: () => void) =>
    cancellable(
      enter(delayMs, () => {
        woke = true;
        run();
      }),
    );

  /** Runs entries until one has woken promise-based code. */
  function advance(isOver: () => boolean, { untilMs, stepsMax }: RunLimits): Ending | undefined {
    woke = false;
    while (!woke) {
      if (isOver()) return 'over';
      if (steps >= stepsMax) return 'too many steps';
      const entry = agenda.next();
      if (entry === undefined) return 'idle';
      if (entry.atMs > untilMs) {
        agenda.add(entry);
        return 'time is up';
      }
      nowMs = entry.atMs;
      steps += 1;
      entry.run();
    }
    return undefined;
  }

  return {
    nowMs: () => nowMs,
    later: (delayMs, run) => cancellable(enter(delayMs, run)),
    wake,
    pause: (delayMs) => new Promise((resolve) => wake(delayMs, resolve)),
    run: (isOver, limits) => runToEnd(() => advance(isOver, limits)),
    steps: () => steps,
  };
}

/** Advances again and again, each time when all code has come to rest. */
function runToEnd(advance: () => Ending | undefined): Promise<Ending> {
  return new Promise((resolve, reject) => {
    // A tick comes when the microtasks that the entry set off have run out. Code that gave way to others with
    // setImmediate, as createLoop does, has its turn before time goes on.
    const rest = () => queueMicrotask(() => process.nextTick(resume));
    const resume = () => {
      if (process.getActiveResourcesInfo().includes('Immediate')) setImmediate(rest);
      else step();
    };
    const step = () => {
      try {
        const ending = advance();
        if (ending === undefined) rest();
        else resolve(ending);
      } catch (error) {
        reject(error);
      }
    };
    setImmediate(rest); // once a run the event loop turns, so that the process's own timers have their time
  });
}
