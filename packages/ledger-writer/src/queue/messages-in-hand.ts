/**
 * The messages that this writer holds: bounded, and kept invisible to other writers while they wait.
 *
 * Receiving asks for room first. A message that waits longer than a third of its visibility time (the database is away
 * or slow) is extended again and again, so that our outage neither hands it to another writer nor counts against it as
 * a failed delivery on its way to the dead-letter queue.
 */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type { HeldMessage } from './held-message.ts';
import type { MessageQueue } from './message-queue.ts';

export interface MessagesInHand {
  /** Resolves when `count` more messages may be taken; rejects when the signal aborts. The room is taken at once. */
  reserve(count: number, signal: AbortSignal): Promise<void>;
  /** Turns reserved room into held messages; what was reserved and did not come is free again. */
  take(messages: readonly HeldMessage[], reserved: number): void;
  letGo(messages: readonly HeldMessage[]): void;
  /** No room for anybody until `resume`. */
  pause(): void;
  resume(): void;
  size(): number;
  /** Extends what waits too long. */
  readonly heartbeat: Service;
}

export interface MessagesInHandOptions {
  readonly queue: MessageQueue;
  readonly inHandMax: number;
  readonly visibilitySeconds: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createMessagesInHand(options: MessagesInHandOptions): MessagesInHand {
  const { queue, inHandMax, visibilitySeconds, clock, logger } = options;
  const extendAfterMs = (visibilitySeconds * 1000) / 3;
  const held = new Map<string, { message: HeldMessage; extendAtMs: number }>();
  let reservedCount = 0;
  let paused = false;
  let roomMade = Promise.withResolvers<void>();

  const makeRoom = () => {
    roomMade.resolve();
    roomMade = Promise.withResolvers<void>();
  };

  async function extendWaiting(): Promise<void> {
    const nowMs = clock.nowMs();
    const waiting = [...held.values()].filter((entry) => entry.extendAtMs <= nowMs);
    for (const entry of waiting) entry.extendAtMs = nowMs + extendAfterMs;
    if (waiting.length === 0) return;
    logger.debug({ event: 'messages.extended', count: waiting.length });
    await queue.extend(
      waiting.map((entry) => entry.message),
      visibilitySeconds,
    );
  }

  return {
    async reserve(count, signal) {
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      aborted.promise.catch(() => undefined);
      try {
        signal.throwIfAborted();
        while (paused || held.size + reservedCount + count > inHandMax)
          await Promise.race([roomMade.promise, aborted.promise]);
        reservedCount += count;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    take(messages, reserved) {
      reservedCount -= reserved;
      for (const message of messages) {
        held.set(message.receiptHandle, { message, extendAtMs: message.receivedAtMs + extendAfterMs });
      }
      if (messages.length < reserved) makeRoom();
    },
    letGo(messages) {
      for (const message of messages) held.delete(message.receiptHandle);
      makeRoom();
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      makeRoom();
    },
    size: () => held.size,
    heartbeat: createLoop({
      name: 'visibility heartbeat',
      run: extendWaiting,
      onError: (err) => logger.warn({ event: 'messages.extend_failed', err }),
      pauseMs: extendAfterMs / 4,
      clock,
    }),
  };
}
