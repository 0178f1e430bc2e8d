import type { Clock } from '@northwind/service-kit';

export interface StopSignals {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly stop: AbortSignal;
  /** Aborts when a person insists. */
  readonly force: AbortSignal;
  dispose(): void;
}

/** One Ctrl-C may arrive several times: from the terminal, from npm and from whoever else stands in between. */
const SAME_REQUEST_MS = 1_000;

export function listenForStop(clock: Clock): StopSignals {
  const stop = new AbortController();
  const force = new AbortController();
  let firstMs = 0;
  const onSignal = () => {
    if (!stop.signal.aborted) {
      firstMs = clock.monotonicMs();
      stop.abort(new DOMException('told to stop', 'AbortError'));
    } else if (clock.monotonicMs() - firstMs > SAME_REQUEST_MS) {
      force.abort();
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    stop: stop.signal,
    force: force.signal,
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
