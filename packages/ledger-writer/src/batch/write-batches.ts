/**
 * Writes batches until the database has them, and only then hands their messages on to be deleted.
 *
 * When the database is away, the batch is kept (and its messages kept invisible), receiving pauses, and the write is
 * tried again until it succeeds or the writer stops; then the messages go back to the queue.
 */
import type { Doorbell, EventLog } from '@northwind/event-store';
import { backoff, type Clock, type Health, type Logger } from '@northwind/service-kit';
import type { HeldMessage } from '../queue/held-message.ts';
import type { MessageQueue } from '../queue/message-queue.ts';
import type { MessagesInHand } from '../queue/messages-in-hand.ts';
import { type BatchCounts, recordBatch } from './record-batch.ts';

export interface BatchWriterOptions {
  readonly log: EventLog;
  readonly queue: MessageQueue;
  readonly inHand: MessagesInHand;
  readonly doorbell: Doorbell;
  /** Told of the messages whose outcome is committed. */
  readonly onCommitted: (messages: readonly HeldMessage[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  readonly onBatch?: ((counts: BatchCounts, seconds: number) => void) | undefined;
}

export interface BatchWriter {
  /** Resolves when the batch is committed, or given back because the signal aborted. Never throws. */
  write(messages: readonly HeldMessage[], signal: AbortSignal): Promise<void>;
}

const retryDelayMs = backoff({ baseMs: 100, capMs: 5_000 });

export function createBatchWriter(options: BatchWriterOptions): BatchWriter {
  const { log, queue, inHand, doorbell, clock, logger, health } = options;

  /** True when it is committed. */
  async function tryToRecord(messages: readonly HeldMessage[], attempt: number): Promise<boolean> {
    const startedMs = clock.monotonicMs();
    try {
      report(await recordBatch(log, messages), clock.monotonicMs() - startedMs);
      return true;
    } catch (err) {
      inHand.pause(); // receiving more would only make more wait
      health.set('log', 'failing', err instanceof Error ? err.message : String(err));
      logger.error({ event: 'batch.failed', messages: messages.length, attempt, err }, 'batch kept, trying again');
      return false;
    }
  }

  function report(counts: BatchCounts, ms: number): void {
    health.set('log', 'ok');
    options.onBatch?.(counts, ms / 1000);
    const level = counts.conflict + counts.rejected > 0 ? 'warn' : 'debug';
    logger[level]({ event: 'batch.recorded', ...counts, ms: Math.round(ms) }, 'batch recorded');
  }

  return {
    async write(messages, signal) {
      for (let attempt = 1; !(await tryToRecord(messages, attempt)); attempt += 1) {
        await clock.sleep(retryDelayMs(attempt), signal).catch(() => undefined);
        if (!signal.aborted) continue;
        await queue.extend(messages, 0);
        inHand.letGo(messages);
        return;
      }
      inHand.resume();
      doorbell.ring();
      options.onCommitted(messages);
    },
  };
}
