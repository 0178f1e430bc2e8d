/** One long-polling receiver. It asks for room before it asks for messages: nobody receives more than can be held. */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type { HeldMessage } from './held-message.ts';
import type { MessageQueue } from './message-queue.ts';
import type { MessagesInHand } from './messages-in-hand.ts';
import type { PollingGate } from './polling-gate.ts';
import type { QueueHealth } from './queue-health.ts';

export interface ReceiverOptions {
  /** Which of the receivers this is, from 0. */
  readonly receiver: number;
  readonly gate: PollingGate;
  readonly queue: MessageQueue;
  readonly inHand: MessagesInHand;
  readonly onMessages: (messages: readonly HeldMessage[]) => void;
  readonly retryDelayMs: (attempt: number) => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queueHealth: QueueHealth;
  /** Told of each message whose body changed on its way. */
  readonly onGarbled?: (() => void) | undefined;
}

/** SQS gives at most ten at once. */
const RECEIVE_MAX = 10;
/**
 * The least time between two answers of which the second was not full: what arrives meanwhile comes in one call instead
 * of one each. The first answer after a quiet time is followed by a poll at once, so a lone message waits for nothing.
 */
const COLLECT_MS = 10;

export function createReceiver(options: ReceiverOptions): Service {
  const { receiver, gate, queue, inHand, onMessages, onGarbled, retryDelayMs, clock, logger, queueHealth } = options;
  const tellGarbled = (messageId: string) => {
    logger.error({ event: 'message.garbled', messageId }, 'not what was sent: left in the queue, and comes again');
    onGarbled?.();
  };
  let answeredMs = Number.NEGATIVE_INFINITY;
  return createLoop({
    name: `receiver ${receiver}`,
    run: async (signal) => {
      await gate.enter(receiver, signal);
      await inHand.reserve(RECEIVE_MAX, signal);
      let messages: HeldMessage[] = [];
      try {
        messages = await queue.receive(signal, tellGarbled);
        queueHealth.worked('receiving');
      } finally {
        inHand.take(messages, RECEIVE_MAX);
      }
      gate.brought(messages.length);
      onMessages(messages);
      const sinceMs = clock.monotonicMs() - answeredMs;
      answeredMs = clock.monotonicMs();
      if (messages.length < RECEIVE_MAX && sinceMs < COLLECT_MS) await clock.sleep(COLLECT_MS - sinceMs, signal);
    },
    onError: (err, { delayMs }) => {
      queueHealth.failed('receiving', err);
      logger.error({ event: 'receive.failed', err, delayMs }, 'receiving failed, trying again');
    },
    retryDelayMs,
    clock,
  });
}
