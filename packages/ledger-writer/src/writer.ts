/** SQS to the log: many receivers feed one batcher, whose batches are written one after the other. */
import type { Doorbell, EventLog } from '@northwind/event-store';
import {
  type Clock,
  createService,
  type Health,
  type Logger,
  type Service,
  serviceStack,
} from '@northwind/service-kit';
import { createBatcher } from './batch/batcher.ts';
import type { BatchCounts } from './batch/record-batch.ts';
import { createBatchWriter } from './batch/write-batches.ts';
import type { MessageQueue } from './queue/message-queue.ts';
import { createMessagesInHand } from './queue/messages-in-hand.ts';
import { createPollingGate } from './queue/polling-gate.ts';
import { createReceiver } from './queue/receiver.ts';
import { createRemover } from './queue/remove-messages.ts';

export interface WriterOptions {
  readonly log: EventLog;
  /** Rung after each commit, and closed when the writer stops. */
  readonly doorbell: Doorbell;
  readonly queue: MessageQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
  /** Told of each committed batch. */
  readonly onBatch?: (counts: BatchCounts, seconds: number) => void;
  /** Long polls at the same time at most; one when it is quiet. */
  readonly receivers: number;
  readonly batchSizeMax: number;
  readonly flushMs: number;
  readonly inHandMax: number;
  readonly visibilitySeconds: number;
}

export function createWriter(options: WriterOptions): Service {
  const { log, doorbell, queue, health, onBatch } = options;
  const inHand = createMessagesInHand(options);
  const remover = createRemover({ ...options, inHand });
  const batches = createBatchWriter({ ...options, inHand, onBatch, onCommitted: remover.add });
  let stopping = new AbortController();
  const batcher = createBatcher({ ...options, write: (batch) => batches.write(batch, stopping.signal) });
  const gate = createPollingGate(options.receivers);
  const receivers = Array.from({ length: options.receivers }, (_, receiver) =>
    createReceiver({ ...options, receiver, gate, inHand, onMessages: batcher.add }),
  );

  const writing = createService({
    name: 'batches',
    start: async () => {
      stopping = new AbortController();
      await Promise.all([queue.check(), log.partitionCount()]);
      // Without a message nothing else would say so.
      health.set('log', 'ok');
      health.set('queue', 'ok');
    },
    stop: async () => {
      stopping.abort(); // a batch that the database does not take now goes back to the queue
      await batcher.drain();
      await remover.drain();
      await doorbell.close();
    },
  });

  return serviceStack('ledger-writer', [inHand.heartbeat, writing, ...receivers]);
}
