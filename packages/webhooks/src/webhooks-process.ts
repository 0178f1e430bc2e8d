/** The webhook worker as production runs it: configuration, database, health, metrics. */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import {
  assertMigrated,
  createHealth,
  createLogger,
  createMetrics,
  createService,
  type Environment,
  growHeapSlowly,
  healthServer,
  openDatabase,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import { DAY_MS, loadWebhooksConfig } from './config.ts';
import { createWebhookWorker } from './create-webhook-worker.ts';
import { type DeadLetterQueue, openDeadLetterQueue } from './dead-letters/dead-letter-queue.ts';
import { DELIVERIES } from './delivery/delivery-engine.ts';
import { deliveryMigrations } from './migrations.ts';
import { PLANNER_GROUP, type WebhookDatabase } from './planning/create-planner.ts';
import { WORKER_SESSIONS } from './worker-sessions.ts';

/** Throws ConfigError for a wrong environment. Nothing is started yet. */
export async function createWebhooksProcess(env: Environment): Promise<Service> {
  const config = loadWebhooksConfig(env);
  growHeapSlowly();
  const logger = createLogger({ name: 'webhooks', level: config.SETTLEMENT_LOG_LEVEL });
  const health = createHealth([`consumer ${PLANNER_GROUP}`, DELIVERIES]);
  const registry = createMetrics();
  const database = openDatabase<WebhookDatabase>({
    url: config.DATABASE_URL,
    applicationName: 'settlement-webhooks',
    connectionsMax: config.SETTLEMENT_DATABASE_CONNECTIONS_MAX,
    schemas: { ledger: config.SETTLEMENT_LEDGER_SCHEMA },
    ...WORKER_SESSIONS,
    onConnectionError: (error) => logger.warn({ event: 'database.connection_lost', error }, 'idle connection lost'),
  });
  const connections = createService({
    name: 'connections',
    start: () => assertMigrated(database.pool, [ledgerMigrations, readMigrations, deliveryMigrations]),
    stop: () => database.close(),
  });
  const worker = createWebhookWorker({
    database,
    secretsKey: config.SETTLEMENT_SECRETS_KEY,
    oldSecretsKeys: config.SETTLEMENT_SECRETS_KEYS_OLD,
    allowInsecureTargets: config.SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS,
    deadLetters: deadLettersOf(config),
    concurrency: config.SETTLEMENT_WEBHOOKS_CONCURRENCY,
    healthRules: { disableAfterMs: config.SETTLEMENT_WEBHOOKS_DISABLE_AFTER_DAYS * DAY_MS },
    receiptDays: config.SETTLEMENT_WEBHOOKS_RECEIPT_DAYS,
    logger,
    clock: systemClock,
    health,
    registry,
  });
  const { SETTLEMENT_HEALTH_HOST: host, SETTLEMENT_HEALTH_PORT: port } = config;
  return serviceStack('webhooks', [connections, healthServer({ host, port, health, registry }), worker]);
}

function deadLettersOf(config: ReturnType<typeof loadWebhooksConfig>): DeadLetterQueue | undefined {
  const { SQS_WEBHOOK_DEAD_LETTERS_URL: queueUrl, SQS_ENDPOINT: endpoint, AWS_REGION: region } = config;
  return queueUrl === undefined ? undefined : openDeadLetterQueue({ queueUrl, endpoint, region });
}
