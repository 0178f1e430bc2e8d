/** The ledger-writer as production runs it: configuration, database, queue, health, metrics. */
import { createDoorbell, createEventLog, DOORBELL_LEDGER, ledgerMigrations } from '@northwind/event-store';
import {
  assertMigrated,
  Counter,
  createHealth,
  createLogger,
  createMetrics,
  createService,
  type Environment,
  growHeapSlowly,
  Histogram,
  healthServer,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import type { BatchCounts } from './batch/record-unit.ts';
import { loadWriterConfig } from './config.ts';
import { openWriterDatabase } from './open-writer-database.ts';
import { createMessageQueue } from './queue/message-queue.ts';
import { createSqsClient } from './queue/sqs-client.ts';
import { createWriter } from './writer.ts';

/** Throws ConfigError for a wrong environment. Nothing is started yet. */
export async function createWriterProcess(env: Environment): Promise<Service> {
  const config = loadWriterConfig(env);
  growHeapSlowly();
  const logger = createLogger({ name: 'ledger-writer', level: config.SETTLEMENT_LOG_LEVEL });
  const health = createHealth(['log', 'queue']);
  const registry = createMetrics();
  const database = openWriterDatabase({
    url: config.DATABASE_URL,
    connectionsMax: config.SETTLEMENT_DATABASE_CONNECTIONS_MAX,
    schemas: { ledger: config.SETTLEMENT_LEDGER_SCHEMA },
  });
  const client = createSqsClient({
    region: config.AWS_REGION,
    endpoint: config.SQS_ENDPOINT ?? new URL(config.SQS_EVENTS_URL).origin,
  });
  const visibilitySeconds = config.SETTLEMENT_WRITER_VISIBILITY_SECONDS;
  const writer = createWriter({
    log: createEventLog(database),
    doorbell: createDoorbell({ database, channel: DOORBELL_LEDGER, logger }),
    queue: createMessageQueue({ client, queueUrl: config.SQS_EVENTS_URL, visibilitySeconds, nowMs: systemClock.nowMs }),
    clock: systemClock,
    logger,
    health,
    onBatch: countBatches(registry),
    onGarbled: countGarbled(registry),
    receivers: config.SETTLEMENT_WRITER_RECEIVERS,
    appendsMax: config.SETTLEMENT_WRITER_APPENDS,
    batchSizeMax: config.SETTLEMENT_WRITER_BATCH_SIZE_MAX,
    flushMs: config.SETTLEMENT_WRITER_FLUSH_MS,
    inHandMax: config.SETTLEMENT_WRITER_IN_HAND_MAX,
    visibilitySeconds,
  });
  const connections = createService({
    name: 'connections',
    start: () => assertMigrated(database.pool, [ledgerMigrations]),
    stop: async () => {
      client.destroy();
      await database.close();
    },
  });
  const { SETTLEMENT_HEALTH_HOST: host, SETTLEMENT_HEALTH_PORT: port } = config;
  return serviceStack('ledger-writer', [connections, healthServer({ host, port, health, registry }), writer]);
}

function countGarbled(registry: ReturnType<typeof createMetrics>): () => void {
  const messages = new Counter({
    name: 'settlement_writer_garbled_messages_total',
    help: 'deliveries whose body changed on its way from the queue',
    registers: [registry],
  });
  return () => messages.inc();
}

function countBatches(registry: ReturnType<typeof createMetrics>): (counts: BatchCounts, seconds: number) => void {
  const messages = new Counter({
    name: 'settlement_writer_messages_total',
    help: 'messages by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'settlement_writer_batch_seconds',
    help: 'time to write one batch',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers: [registry],
  });
  return (counts, seconds) => {
    for (const [outcome, count] of Object.entries(counts)) messages.inc({ outcome }, count);
    duration.observe(seconds);
  };
}
