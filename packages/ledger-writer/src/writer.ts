/**
 * SQS to the log. Many receivers feed one batcher; a message is deleted only after the transaction that holds its outcome
 * has committed. When the database is away the messages in hand are kept (and kept invisible), receiving pauses, and the
 * write is tried again until it succeeds.
 */
import { createDoorbell, createEventLog, DOORBELL_LEDGER } from '@northwind/event-store';
import {
  backoff,
  type Clock,
  createLoop,
  createService,
  type Health,
  type Logger,
  type Service,
  serviceStack,
} from '@northwind/service-kit';
import type pg from 'pg';
import { createBatcher } from './batch/batcher.ts';
import { type BatchCounts, recordBatch } from './batch/record-batch.ts';
import type { HeldMessage } from './queue/held-message.ts';
import type { MessageQueue } from './queue/message-queue.ts';
import { createMessagesInHand } from './queue/messages-in-hand.ts';

export interface WriterOptions {
  readonly database: { readonly pool: pg.Pool };
  readonly queue: MessageQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  readonly onBatch?: (counts: BatchCounts, seconds: number) => void;
  readonly receivers: number;
  readonly batchSizeMax: number;
  readonly flushMs: number;
  readonly inHandMax: number;
  readonly visibilitySeconds: number;
}

const RECEIVE_MAX = 10;
const REMOVE_TRIES_MAX = 3;
const retryDelayMs = backoff({ baseMs: 100, capMs: 5_000 });

export function createWriter(options: WriterOptions): Service {
  const { database, queue, clock, logger, health } = options;
  const log = createEventLog(database);
  const doorbell = createDoorbell({ database, channel: DOORBELL_LEDGER, logger });
  const inHand = createMessagesInHand(options);
  const batcher = createBatcher({ ...options, write: writeBatch });
  const removing = new Set<Promise<void>>();
  let stopping = new AbortController();

  /** Tries until it succeeds or the writer stops; then the messages go back to the queue. */
  async function writeBatch(messages: readonly HeldMessage[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const startedMs = clock.monotonicMs();
      try {
        report(await recordBatch(log, messages), clock.monotonicMs() - startedMs);
        inHand.resume();
        break;
      } catch (err) {
        inHand.pause(); // receiving more would only make more wait
        health.set('log', 'failing', err instanceof Error ? err.message : String(err));
        logger.error({ event: 'batch.failed', messages: messages.length, attempt, err }, 'batch kept, trying again');
        const waited = await clock.sleep(retryDelayMs(attempt), stopping.signal).then(
          () => true,
          () => false,
        );
        if (waited) continue;
        inHand.resume();
        await queue.extend(messages, 0);
        return inHand.letGo(messages);
      }
    }
    doorbell.ring();
    const removal = remove(messages).finally(() => removing.delete(removal));
    removing.add(removal);
  }

  function report(counts: BatchCounts, ms: number): void {
    health.set('log', 'ok');
    options.onBatch?.(counts, ms / 1000);
    const level = counts.conflict + counts.rejected > 0 ? 'warn' : 'debug';
    logger[level]({ event: 'batch.recorded', ...counts, ms: Math.round(ms) }, 'batch recorded');
  }

  /** What can't be deleted now is delivered again and then counted as a duplicate. */
  async function remove(messages: readonly HeldMessage[]): Promise<void> {
    let left = await queue.remove(messages);
    for (let attempt = 1; left.length > 0 && attempt < REMOVE_TRIES_MAX; attempt += 1) left = await queue.remove(left);
    if (left.length > 0) logger.warn({ event: 'messages.not_deleted', count: left.length }, 'will be delivered again');
    inHand.letGo(messages);
  }

  async function receive(signal: AbortSignal): Promise<void> {
    await inHand.reserve(RECEIVE_MAX, signal);
    let messages: HeldMessage[] = [];
    try {
      messages = await queue.receive(signal);
      health.set('queue', 'ok');
    } finally {
      inHand.take(messages, RECEIVE_MAX);
    }
    batcher.add(messages);
  }

  const receiver = (_: unknown, n: number): Service =>
    createLoop({
      name: `receiver ${n}`,
      run: receive,
      onError: (err, { delayMs }) => {
        health.set('queue', 'failing', err instanceof Error ? err.message : String(err));
        logger.error({ event: 'receive.failed', err, delayMs }, 'receiving failed, trying again');
      },
      clock,
    });

  const drain = createService({
    name: 'batches',
    start: async () => {
      stopping = new AbortController();
      await Promise.all([queue.check(), log.partitionCount()]);
    },
    stop: async () => {
      stopping.abort(); // a batch that the database does not take now goes back to the queue
      await batcher.drain();
      await Promise.all(removing);
      await doorbell.close();
    },
  });

  return serviceStack('ledger-writer', [
    inHand.heartbeat,
    drain,
    ...Array.from({ length: options.receivers }, receiver),
  ]);
}
