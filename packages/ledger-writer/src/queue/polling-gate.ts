/**
 * Decides how many receivers poll. One when it is quiet: a second poller would only make each answer smaller, and every
 * call costs the same (and is paid for). One more with every well-filled answer, one less with every nearly empty one.
 */
export interface PollingGate {
  /** Resolves when the receiver with this number (from 0) may poll; rejects when the signal aborts. */
  enter(receiver: number, signal: AbortSignal): Promise<void>;
  /** Tells how many messages a poll brought. */
  brought(count: number): void;
  polling(): number;
  /** All poll, and most answers are full: the queue holds more than they take away. */
  hasBacklog(): boolean;
}

/** Half of what SQS gives at most: the queue holds more than one poller takes away. */
const GROW_AT = 5;
const SHRINK_AT = 1;
/** Of the average answer; SQS may give less than ten although it has more. */
const BACKLOG_AT = 7;
/** How much of the average the newest answer is. */
const NEWEST_SHARE = 0.25;

export function createPollingGate(receiversMax: number): PollingGate {
  let polling = 1;
  let average = 0;
  let grown = Promise.withResolvers<void>();
  return {
    async enter(receiver, signal) {
      signal.throwIfAborted();
      if (receiver < polling) return;
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        while (receiver >= polling) await Promise.race([grown.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    brought(count) {
      average += (count - average) * NEWEST_SHARE;
      if (count <= SHRINK_AT) polling = Math.max(1, polling - 1);
      if (count < GROW_AT || polling === receiversMax) return;
      polling += 1;
      grown.resolve();
      grown = Promise.withResolvers();
    },
    polling: () => polling,
    hasBacklog: () => polling === receiversMax && average >= BACKLOG_AT,
  };
}
