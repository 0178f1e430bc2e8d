/**
 * A call over the simulated network: the request travels, a server serves it, the answer travels back; and any of these
 * goes wrong as the network decides. Whoever sent a request may be dead when it arrives: it may still be served.
 */
import type { Scheduler } from './scheduler.ts';
import type { Chance } from './seeded-chance.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** What becomes of a call: it is refused at once, its request is lost, its answer is lost, or all is well. */
export type Fate = 'served' | 'refused' | 'request lost' | 'answer lost';

export interface Network {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  /** One way, in milliseconds. */
  delayMs(): number;
  fate(): Fate;
  /** After how long a caller learns that nothing comes any more. */
  readonly timeoutMs: number;
}

export interface Call<T> {
  readonly what: string;
  readonly caller: SimulatedProcess;
  readonly network: Network;
  /** Runs at the server when the request is there; `answer` and `fail` may be called later. Only the first counts. */
  readonly serve: (answer: (result: T) => void, fail: (error: unknown) => void) => void;
  /** The error that the caller sees for a call that went wrong on the way. */
  readonly lostError: (fate: Fate) => Error;
  readonly onFate?: (fate: Fate) => void;
}

export function callServer<T>(call: Call<T>): Promise<T> {
  const { what, caller, network, serve, lostError } = call;
  const { scheduler, chance } = network;
  caller.acts(what);
  const fate = network.fate();
  call.onFate?.(fate);
  return new Promise((resolve, reject) => {
    const lose = (delayMs: number) => caller.deliver(delayMs, `${what}: ${fate}`, () => reject(lostError(fate)));
    if (fate === 'refused') {
      lose(network.delayMs());
      return;
    }
    if (fate === 'request lost') {
      lose(network.timeoutMs);
      return;
    }
    const settle = (answered: string, enter: () => void) => {
      if (fate === 'answer lost') lose(chance.unit() * network.timeoutMs);
      else caller.deliver(network.delayMs(), `${what}: ${answered}`, enter);
    };
    scheduler.wake(network.delayMs(), () => {
      // A caller that died meanwhile may have sent half a request: then nobody serves it.
      if (!caller.isAlive() && chance.happens(0.5)) return;
      serve(
        (result) => settle('answered', () => resolve(result)),
        (error) => settle('failed', () => reject(error)),
      );
    });
  });
}
