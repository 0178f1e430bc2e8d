/** One long-polling receiver. It asks for room before it asks for messages: nobody receives more than can be held. */
import { type Clock, createLoop, type Health, type Logger, type Service } from '@northwind/service-kit';
import type { HeldMessage } from './held-message.ts';
import type { MessageQueue } from './message-queue.ts';
import type { MessagesInHand } from './messages-in-hand.ts';

export interface ReceiverOptions {
  readonly name: string;
  readonly queue: MessageQueue;
  readonly inHand: MessagesInHand;
  readonly onMessages: (messages: readonly HeldMessage[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
}

/** SQS gives at most ten at once. */
const RECEIVE_MAX = 10;

export function createReceiver({ name, queue, inHand, onMessages, clock, logger, health }: ReceiverOptions): Service {
  return createLoop({
    name,
    run: async (signal) => {
      await inHand.reserve(RECEIVE_MAX, signal);
      let messages: HeldMessage[] = [];
      try {
        messages = await queue.receive(signal);
        health.set('queue', 'ok');
      } finally {
        inHand.take(messages, RECEIVE_MAX);
      }
      onMessages(messages);
    },
    onError: (err, { delayMs }) => {
      health.set('queue', 'failing', err instanceof Error ? err.message : String(err));
      logger.error({ event: 'receive.failed', err, delayMs }, 'receiving failed, trying again');
    },
    clock,
  });
}
