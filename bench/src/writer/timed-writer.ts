/**
 * A process of its own: the ledger-writer with its defaults, and a stop watch at two of its seams. For each event it
 * tells over IPC how many milliseconds lay between the queue's answer that brought the message and the append's answer
 * that it is committed.
 */
import { createDoorbell, createEventLog, DOORBELL_LEDGER, type EventLog } from '@northwind/event-store';
import {
  createMessageQueue,
  createSqsClient,
  createWriter,
  type MessageQueue,
  openWriterDatabase,
  writerConfigSchema,
} from '@northwind/ledger-writer';
import {
  createHealth,
  createLogger,
  createService,
  environment,
  runProcess,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';

const receivedAtMs = new Map<string, number>();

function watchQueue(queue: MessageQueue): MessageQueue {
  return {
    ...queue,
    async receive(signal) {
      const messages = await queue.receive(signal);
      const atMs = systemClock.monotonicMs();
      for (const { messageId } of messages) receivedAtMs.set(messageId, atMs);
      return messages;
    },
  };
}

function watchLog(log: EventLog): EventLog {
  return {
    ...log,
    async append(events) {
      const outcomes = await log.append(events);
      const atMs = systemClock.monotonicMs();
      for (const { messageId } of events) {
        process.send?.({ latencyMs: atMs - (receivedAtMs.get(messageId ?? '') ?? Number.NaN) });
        receivedAtMs.delete(messageId ?? '');
      }
      return outcomes;
    },
  };
}

process.once('disconnect', () => process.exit(0));
await runProcess({
  name: 'timed ledger-writer',
  main: async () => {
    const { DATABASE_URL, SQS_EVENTS_URL, SQS_ENDPOINT, AWS_REGION } = environment();
    const config = writerConfigSchema.parse({ DATABASE_URL, SQS_EVENTS_URL, SQS_ENDPOINT, AWS_REGION });
    const logger = createLogger({ name: 'bench', level: 'error' });
    const database = openWriterDatabase({
      url: config.DATABASE_URL,
      connectionsMax: config.SETTLEMENT_DATABASE_CONNECTIONS_MAX,
    });
    const client = createSqsClient({ region: config.AWS_REGION, endpoint: config.SQS_ENDPOINT ?? '' });
    const visibilitySeconds = config.SETTLEMENT_WRITER_VISIBILITY_SECONDS;
    const { nowMs } = systemClock;
    const queue = createMessageQueue({ client, queueUrl: config.SQS_EVENTS_URL, visibilitySeconds, nowMs });
    const writer = createWriter({
      log: watchLog(createEventLog(database)),
      doorbell: createDoorbell({ database, channel: DOORBELL_LEDGER, logger }),
      queue: watchQueue(queue),
      clock: systemClock,
      logger,
      health: createHealth(['log', 'queue']),
      receivers: config.SETTLEMENT_WRITER_RECEIVERS,
      batchSizeMax: config.SETTLEMENT_WRITER_BATCH_SIZE_MAX,
      flushMs: config.SETTLEMENT_WRITER_FLUSH_MS,
      inHandMax: config.SETTLEMENT_WRITER_IN_HAND_MAX,
      visibilitySeconds,
    });
    const connections = createService({ name: 'connections', start: async () => undefined, stop: database.close });
    return serviceStack('timed ledger-writer', [connections, writer]);
  },
});
