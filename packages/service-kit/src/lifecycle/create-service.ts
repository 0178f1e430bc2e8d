import type { Service } from './service.ts';

export interface ServiceDefinition {
  readonly name: string;
  /** Called only while stopped. The signal aborts when `stop()` is called before it has resolved. */
  readonly start: (signal: AbortSignal) => Promise<void>;
  /** Called only after a start that resolved: a start that throws has to clean up after itself. */
  readonly stop: () => Promise<void>;
}

type Turn = { readonly kind: 'start' | 'stop'; readonly done: Promise<void> };

/**
 * Turns a plain pair of functions into a Service that keeps the whole contract. Calls take turns; a call of the kind
 * that was asked for last joins it instead of queueing another.
 */
export function createService({ name, start, stop }: ServiceDefinition): Service {
  let running = false;
  let last: Turn | null = null;
  let starting: AbortController | null = null;

  const queue = (kind: Turn['kind'], work: () => Promise<void>): Promise<void> => {
    if (last?.kind === kind) return last.done;
    const before = last?.done.catch(() => undefined) ?? Promise.resolve();
    const done = before.then(work).finally(() => {
      if (last === turn) last = null;
    });
    const turn: Turn = { kind, done };
    last = turn;
    return done;
  };

  const begin = async () => {
    if (running) return;
    const controller = new AbortController();
    starting = controller;
    try {
      await start(controller.signal);
      running = true;
    } finally {
      starting = null;
    }
  };

  const end = async () => {
    if (!running) return;
    running = false;
    await stop();
  };

  return {
    name,
    start: () => queue('start', begin),
    stop: () => {
      starting?.abort(new DOMException(`${name} was stopped while it started`, 'AbortError'));
      return queue('stop', end);
    },
  };
}
