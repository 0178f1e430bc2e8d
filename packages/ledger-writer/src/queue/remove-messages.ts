/**
 * Deletes messages whose outcome is committed. They are collected for some milliseconds first: SQS takes ten in a call,
 * and a call costs the same for one. What can't be deleted is delivered again and then counted as a duplicate.
 */
import type { Clock, Logger } from '@northwind/service-kit';
import { type Batcher, createBatcher } from '../batch/batcher.ts';
import type { HeldMessage } from './held-message.ts';
import type { MessageQueue } from './message-queue.ts';
import type { MessagesInHand } from './messages-in-hand.ts';

export interface RemoverOptions {
  readonly queue: MessageQueue;
  readonly inHand: MessagesInHand;
  readonly clock: Clock;
  readonly logger: Logger;
}

const TRIES_MAX = 3;
/** Ten calls of ten at the same time. */
const BATCH_SIZE_MAX = 100;
/** Short, because a FIFO queue holds a group's next messages back until these are deleted. */
const COLLECT_MS = 20;

export function createRemover({ queue, inHand, clock, logger }: RemoverOptions): Batcher {
  async function remove(messages: readonly HeldMessage[]): Promise<void> {
    let left = await queue.remove(messages);
    for (let attempt = 1; left.length > 0 && attempt < TRIES_MAX; attempt += 1) left = await queue.remove(left);
    if (left.length > 0) logger.warn({ event: 'messages.not_deleted', count: left.length }, 'will be delivered again');
    inHand.letGo(messages);
  }
  return createBatcher({ batchSizeMax: BATCH_SIZE_MAX, flushMs: COLLECT_MS, clock, write: remove });
}
