import type { Service } from './service.ts';

export interface ServiceDefinition {
  readonly name: string;
  /** Called only while stopped. The signal aborts when `stop()` is called before it has resolved. */
  readonly start: (signal: AbortSignal) => Promise<void>;
  /** Called only after a start that resolved: a start that throws has to clean up after itself. */
  readonly stop: () => Promise<void>;
}

interface Turn {
  readonly kind: 'start' | 'stop';
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Turns a plain pair of functions into a Service that keeps the whole contract. Calls take turns; a call of the kind
 * that was asked for last joins it instead of queueing another. A start that `stop()` ended rejects with an AbortError.
 */
export function createService({ name, start, stop }: ServiceDefinition): Service {
  let running = false;
  let last: Turn | null = null;

  const takeTurn = (kind: Turn['kind'], work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    if (last?.kind === kind) return last.done;
    const abort = new AbortController();
    const before = last?.done.catch(() => undefined) ?? Promise.resolve();
    const done = before
      .then(() => work(abort.signal))
      .finally(() => {
        if (last === turn) last = null;
      });
    const turn: Turn = { kind, abort, done };
    last = turn;
    return done;
  };

  const begin = async (signal: AbortSignal) => {
    if (running) return;
    signal.throwIfAborted();
    await start(signal);
    running = true;
  };

  const end = async () => {
    if (!running) return;
    running = false;
    await stop();
  };

  return {
    name,
    start: () => takeTurn('start', begin),
    stop: () => {
      if (last?.kind === 'start')
        last.abort.abort(new DOMException(`${name} was stopped while it started`, 'AbortError'));
      return takeTurn('stop', end);
    },
  };
}
