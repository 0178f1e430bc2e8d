/** Finds sockets whose other end is gone without having said so. */
import type { Clock } from '@northwind/service-kit';

/** Below the thirty seconds after which some proxies close an idle connection. */
export const PING_INTERVAL_MS = 25_000;
export const PONG_TIMEOUT_MS = 8_000;

export interface KeepAliveOptions {
  readonly socket: { ping(): void };
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** A ping went unanswered. */
  readonly onSilence: () => void;
}

export function keepAlive({ socket, clock, signal, onSilence }: KeepAliveOptions): { pong(): void } {
  let answered = true;

  async function run(): Promise<void> {
    for (;;) {
      await clock.sleep(PING_INTERVAL_MS, signal);
      answered = false;
      socket.ping();
      await clock.sleep(PONG_TIMEOUT_MS, signal);
      if (!answered) return onSilence();
    }
  }

  // Ends by the signal's abort, which sleep passes on as a rejection.
  run().catch(() => undefined);
  return {
    pong: () => {
      answered = true;
    },
  };
}
