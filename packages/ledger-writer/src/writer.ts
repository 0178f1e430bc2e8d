/** SQS to the log: many receivers feed one batcher, which writes several units beside each other. */
import type { Doorbell, EventLog } from '@northwind/event-store';
import {
  backoff,
  type Clock,
  createService,
  type Health,
  type Logger,
  randomUnit,
  type Service,
  serviceStack,
} from '@northwind/service-kit';
import { createBatcher } from './batch/batcher.ts';
import { type Content, judgeMessage } from './batch/judge-message.ts';
import type { BatchCounts } from './batch/record-unit.ts';
import { createUnitWriter } from './batch/write-unit.ts';
import type { HeldMessage } from './queue/held-message.ts';
import type { MessageQueue } from './queue/message-queue.ts';
import { createMessagesInHand } from './queue/messages-in-hand.ts';
import { createPollingGate } from './queue/polling-gate.ts';
import { createQueueHealth } from './queue/queue-health.ts';
import { createReceiver } from './queue/receiver.ts';
import { createRemover } from './queue/remove-messages.ts';

export interface WriterOptions {
  readonly log: EventLog;
  /** Rung after each commit, and closed when the writer stops. */
  readonly doorbell: Doorbell;
  readonly queue: MessageQueue;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
  readonly logger: Logger;
  readonly health: Health;
  /** Told of each committed batch. */
  readonly onBatch?: (counts: BatchCounts, seconds: number) => void;
  /** Told of each message whose body changed on its way from the queue. */
  readonly onGarbled?: () => void;
  /** Long polls at the same time at most; one when it is quiet. */
  readonly receivers: number;
  /** Appends at the same time at most, each on a connection of its own. */
  readonly appendsMax?: number;
  readonly batchSizeMax: number;
  /** How long a message waits for an append under way before another is begun beside it. */
  readonly flushMs: number;
  readonly inHandMax: number;
  readonly visibilitySeconds: number;
}

const APPENDS_MAX = 4;

export function createWriter(options: WriterOptions): Service {
  const { log, doorbell, queue, clock, logger, health, onBatch, random = randomUnit } = options;
  const retryDelayMs = backoff({ baseMs: 100, capMs: 5_000, random });
  const queueHealth = createQueueHealth(options);
  let partitionCount = 0; // known when it has started

  const inHand = createMessagesInHand({
    ...options,
    queueHealth,
    onExpiring: (beforeMs) => batcher.giveBackReceivedBefore(beforeMs),
  });
  const remover = createRemover({ ...options, queueHealth, retryDelayMs, inHand });
  const onCommitted = (messages: readonly HeldMessage[]) => {
    doorbell.ring();
    remover.add(messages);
  };
  const gate = createPollingGate(options.receivers);
  const batcher = createBatcher<Content>({
    ...options,
    hasBacklog: gate.hasBacklog,
    appendsMax: options.appendsMax ?? APPENDS_MAX,
    write: createUnitWriter({ ...options, onBatch, onCommitted }),
    giveBack: async (messages) => {
      inHand.letGo(messages); // or the heartbeat would take them back
      await queue.extend(messages, 0, ({ count, cause, isOver }) => {
        const event = { event: 'messages.give_back_failed', count, isOver, err: cause };
        logger.warn(event, 'come again when their time is over');
      });
    },
    onState: ({ isAway, isFailing }) => {
      if (isAway)
        inHand.pause(); // receiving more would only make more wait
      else inHand.resume();
      if (!isFailing) health.set('log', 'ok');
    },
    retryDelayMs,
  });
  const onMessages = (messages: readonly HeldMessage[]) => {
    const now = { partitionCount, nowMs: clock.monotonicMs() };
    batcher.add(messages.map((message) => judgeMessage(message, now)));
  };
  const receivers = Array.from({ length: options.receivers }, (_, receiver) =>
    createReceiver({ ...options, queueHealth, receiver, gate, inHand, onMessages, retryDelayMs }),
  );

  const writing = createService({
    name: 'batches',
    start: async () => {
      [partitionCount] = await Promise.all([log.partitionCount(), queue.check()]);
      // Without a message nothing else would say so.
      health.set('log', 'ok');
      queueHealth.worked('receiving');
    },
    stop: async () => {
      await batcher.drain(options.visibilitySeconds * 1_000);
      await remover.drain();
      await doorbell.close();
    },
  });

  return serviceStack('ledger-writer', [inHand.heartbeat, writing, ...receivers]);
}
