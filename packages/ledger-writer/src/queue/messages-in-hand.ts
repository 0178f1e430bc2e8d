/**
 * The messages that this writer holds: bounded in number and size, and kept invisible to other writers while they wait.
 *
 * Receiving asks for room first. A message that waits longer than a third of its visibility time (the database is away
 * or slow) is extended again and again, so that our outage neither hands it to another writer nor counts against it as
 * a failed delivery on its way to the dead-letter queue. The queue allows that for twelve hours from the delivery;
 * before they are over, what has not been written is given up (`onExpiring`), in the order in which it came.
 */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type { HeldMessage } from './held-message.ts';
import type { CallFailure, MessageQueue } from './message-queue.ts';
import type { QueueHealth } from './queue-health.ts';

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
  /**
   * Bound on the sum of the bodies' lengths. What is yet to come counts as much as bodies did lately, so it holds
   * nearly: when bodies grow all at once, ten of the larger ones for each receiver may come on top.
   */
  readonly inHandCharactersMax?: number;
  readonly visibilitySeconds: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queueHealth: QueueHealth;
  /** Told to give back what was received before then: the queue will not extend it much longer. */
  readonly onExpiring?: (receivedBeforeMs: number) => void;
}

/** SQS: no message stays invisible for longer, counted from its delivery, however often it is extended. */
const INVISIBLE_MS_MAX = 12 * 60 * 60 * 1000;
/** For calls on their way, and for clocks that differ. */
const MARGIN_MS = 60_000;
/**
 * Twice what five thousand events of the usual size have; what it keeps out is thousands of the largest. In memory a
 * message is several times as long: as it was received, as it was read, and as it is sent on.
 */
export const IN_HAND_CHARACTERS_MAX = 8 * 1024 * 1024;

/** A share of the usual length: some twenty messages tell it. */
const NEWEST_COUNTS = 0.1;
/** How long a message may be in hand before it is to be given back. */
export function holdMsMax(visibilitySeconds: number): number {
  return INVISIBLE_MS_MAX - visibilitySeconds * 1000 - MARGIN_MS;
}

export function createMessagesInHand(options: MessagesInHandOptions): MessagesInHand {
  const { queue, inHandMax, inHandCharactersMax = IN_HAND_CHARACTERS_MAX, visibilitySeconds, clock } = options;
  const { logger, queueHealth } = options;
  const extendAfterMs = (visibilitySeconds * 1000) / 3;
  /** When each is extended next. */
  const held = new Map<HeldMessage, number>();
  let characters = 0;
  let usualCharacters = 0;
  let reservedCount = 0;
  let paused = false;
  const room = createRoom((count) => {
    if (paused || held.size + reservedCount + count > inHandMax || characters >= inHandCharactersMax) return false;
    const expected = characters + (reservedCount + count) * usualCharacters;
    if (reservedCount > 0 && expected > inHandCharactersMax) return false; // one may always ask
    reservedCount += count;
    return true;
  });

  async function extendWaiting(): Promise<void> {
    const expiredBeforeMs = clock.nowMs() - holdMsMax(visibilitySeconds);
    if (held.keys().some((message) => message.receivedAtMs < expiredBeforeMs)) options.onExpiring?.(expiredBeforeMs);
    const nowMs = clock.monotonicMs();
    const due = [...held].filter(([, extendAtMs]) => extendAtMs <= nowMs).map(([message]) => message);
    if (due.length === 0) return;
    for (const message of due) held.set(message, nowMs + extendAfterMs);
    logger.debug({ event: 'messages.extended', count: due.length });
    let failed = false;
    await queue.extend(due, visibilitySeconds, ({ count, cause, isOver }: CallFailure) => {
      failed = true;
      const told = { event: 'messages.extend_failed', count, isOver, err: cause };
      if (isOver) return logger.info(told); // as a rule it was deleted while this was on its way
      logger.warn(told);
      queueHealth.failed('extending', cause);
    });
    if (!failed) queueHealth.worked('extending');
  }

  return {
    reserve: room.enter,
    take(messages, reserved) {
      reservedCount -= reserved;
      const extendAtMs = clock.monotonicMs() + extendAfterMs;
      for (const message of messages) {
        held.set(message, extendAtMs);
        characters += message.body.length;
        usualCharacters += (message.body.length - usualCharacters) * NEWEST_COUNTS;
      }
      if (messages.length < reserved) room.changed();
    },
    letGo(messages) {
      for (const message of messages) if (held.delete(message)) characters -= message.body.length;
      room.changed();
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      room.changed();
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

interface Room {
  /** Resolves when the room for so many is taken; rejects when the signal aborts first. */
  enter(count: number, signal: AbortSignal): Promise<void>;
  changed(): void;
}

/** `take` takes the room if it is there: nothing may come between looking and taking. */
function createRoom(take: (count: number) => boolean): Room {
  const waiting = new Set<() => void>();
  return {
    async enter(count, signal) {
      signal.throwIfAborted();
      while (!take(count)) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const wake = () => resolve();
        waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
        await promise;
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        signal.throwIfAborted();
      }
    },
    changed() {
      for (const wake of waiting) wake();
    },
  };
}
