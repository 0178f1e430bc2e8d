/**
 * Deletes messages whose outcome is committed, several calls at the same time. SQS takes ten in a call, and a call
 * costs the same for one: fewer than ten wait a little for company. Not on a FIFO queue, which holds a group's next
 * messages back until these are deleted. What can't be deleted is delivered again and then counted as a duplicate.
 */
import type { Clock, Logger } from '@northwind/service-kit';
import type { HeldMessage } from './held-message.ts';
import { CALL_MAX, type CallFailure, type MessageQueue } from './message-queue.ts';
import type { MessagesInHand } from './messages-in-hand.ts';
import type { QueueHealth } from './queue-health.ts';

export interface RemoverOptions {
  readonly queue: MessageQueue;
  readonly inHand: Pick<MessagesInHand, 'letGo'>;
  readonly retryDelayMs: (attempt: number) => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queueHealth: QueueHealth;
}

export interface Remover {
  add(messages: readonly HeldMessage[]): void;
  /** Resolves when everything added is deleted or given up. */
  drain(): Promise<void>;
}

const TRIES_MAX = 5;
const CALLS_MAX = 8;
const COLLECT_MS = 20;

export function createRemover(options: RemoverOptions): Remover {
  const { queue, inHand, retryDelayMs, clock, logger } = options;
  const waiting: HeldMessage[] = [];
  let calls = 0;
  let collecting: AbortController | null = null;
  /** Once true, what waits goes without company until nothing waits any more. */
  let isDue = queue.isFifo === true;
  let drained: PromiseWithResolvers<void> | null = null;

  function pump(): void {
    while (calls < CALLS_MAX && (waiting.length >= CALL_MAX || (isDue && waiting.length > 0))) {
      void remove(waiting.splice(0, CALL_MAX));
    }
    if (waiting.length > 0) {
      collect();
      return;
    }
    isDue = queue.isFifo === true || drained !== null;
    if (calls === 0) drained?.resolve();
  }

  function collect(): void {
    if (isDue || collecting !== null) return;
    const own = new AbortController();
    collecting = own;
    clock.sleep(COLLECT_MS, own.signal).then(
      () => {
        collecting = null;
        isDue = true;
        pump();
      },
      () => undefined,
    );
  }

  async function remove(messages: readonly HeldMessage[]): Promise<void> {
    calls += 1;
    let left = await tryRemove(options, messages, 1);
    for (let attempt = 1; left.length > 0 && attempt < TRIES_MAX; attempt += 1) {
      await clock.sleep(retryDelayMs(attempt));
      left = await tryRemove(options, left, attempt + 1);
    }
    if (left.length > 0) logger.warn({ event: 'messages.not_deleted', count: left.length }, 'will be delivered again');
    inHand.letGo(messages);
    calls -= 1;
    pump();
  }

  return {
    add(messages) {
      waiting.push(...messages);
      pump();
    },
    async drain() {
      drained = Promise.withResolvers();
      isDue = true;
      collecting?.abort();
      collecting = null;
      pump();
      await drained.promise;
      drained = null;
      isDue = queue.isFifo === true;
    },
  };
}

type TryOptions = Pick<RemoverOptions, 'queue' | 'logger' | 'queueHealth'>;

/** One try; resolves with what is left for the next. */
async function tryRemove(
  { queue, logger, queueHealth }: TryOptions,
  messages: readonly HeldMessage[],
  attempt: number,
): Promise<HeldMessage[]> {
  let failed = false;
  const left = await queue.remove(messages, ({ count, cause, isOver }: CallFailure) => {
    failed = true;
    logger.warn({ event: 'messages.delete_failed', count, attempt, isOver, err: cause });
    if (!isOver) queueHealth.failed('deleting', cause);
  });
  if (!failed) queueHealth.worked('deleting');
  return left;
}
