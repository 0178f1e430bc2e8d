import type { Clock } from '@northwind/service-kit';

export interface StopSignals {
  /** Aborts at the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal was closed). */
  readonly stop: AbortSignal;
  /** Aborts when a person insists. */
  readonly force: AbortSignal;
  dispose(): void;
}

/** One Ctrl-C may arrive several times: from the terminal, from npm and from whoever else stands in between. */
const SAME_REQUEST_MS = 1_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    stop: stop.signal,
    force: force.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
