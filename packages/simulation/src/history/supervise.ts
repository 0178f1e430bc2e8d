/** Keeps a process running: a killed one is started again after a while, as a supervisor would. */
import type { SimulatedProcess } from '@northwind/testing/simulation';
import type { World } from '../world.ts';

/** A process of the history together with what it runs. */
export interface Running {
  readonly process: SimulatedProcess;
  isHealthy(): boolean;
  /** Ends it in good order, as SIGTERM does. */
  stop(): Promise<void>;
}

export interface Supervised {
  readonly name: string;
  current(): Running | undefined;
  /** Stops it in good order for good; resolves when it has ended. */
  retire(): Promise<void>;
  /** Stops it in good order and starts it again. */
  restart(): void;
}

/** What a stopped process left running would show itself by then. */
const SILENCE_MS = 30_000;

/** `boot` starts one incarnation; `name.n` is its process's name. */
export function supervise(world: World, name: string, boot: (incarnation: string) => Running): Supervised {
  const { scheduler, chance, journal } = world;
  let incarnations = 0;
  let current: Running | undefined;
  let isRetired = false;

  function begin(): void {
    if (isRetired) return;
    incarnations += 1;
    const running = boot(`${name}.${incarnations}`);
    current = running;
    journal.note(running.process.name, 'starts');
    running.process.onEnd(() => {
      if (current === running) current = undefined;
      const pauseMs = chance.pick([100, 1_000, 3_000, 90_000]);
      scheduler.wake(world.faultsGoOn() ? pauseMs : 3_000, begin);
    });
  }

  async function stop(): Promise<void> {
    const running = current;
    if (!running) return;
    journal.note(running.process.name, 'is told to stop');
    const killed = new Promise<void>((resolve) => running.process.onEnd(resolve));
    await Promise.race([running.stop().catch(() => undefined), killed]);
    if (!running.process.isAlive()) return;
    running.process.expectSilence((what) => {
      world.violate('a process that has stopped does nothing any more', `${running.process.name}: ${what}`);
    });
    await scheduler.pause(SILENCE_MS);
    running.process.kill('ended');
  }

  scheduler.wake(chance.unit() * 50, begin);
  return {
    name,
    current: () => current,
    retire: () => {
      isRetired = true;
      return stop();
    },
    restart: () => void stop(),
  };
}
