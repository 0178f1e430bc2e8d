/** The projector as production runs it: configuration, database, health, metrics. */
import { type ConsumedBatch, createLagGauges, type LoggedEvent, ledgerMigrations } from '@northwind/event-store';
import {
  assertMigrated,
  Counter,
  createHealth,
  createLogger,
  createMetrics,
  createService,
  type Environment,
  healthServer,
  openDatabase,
  type Registry,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import { loadProjectorConfig } from './config.ts';
import { readMigrations } from './migrations.ts';
import { createProjector } from './projector.ts';
import { APPLYING_SESSIONS } from './projector-sessions.ts';
import type { ReadTables } from './tables.ts';

/** Throws ConfigError for a wrong environment. Nothing is started yet. */
export async function createProjectorProcess(env: Environment): Promise<Service> {
  const config = loadProjectorConfig(env);
  const logger = createLogger({ name: 'projector', level: config.SETTLEMENT_LOG_LEVEL });
  const health = createHealth(['projector']);
  const registry = createMetrics();
  const database = openDatabase<ReadTables>({
    url: config.DATABASE_URL,
    applicationName: 'settlement-projector',
    connectionsMax: config.SETTLEMENT_DATABASE_CONNECTIONS_MAX,
    ...APPLYING_SESSIONS,
    schemas: { ledger: config.SETTLEMENT_LEDGER_SCHEMA },
    onConnectionError: (error) => logger.warn({ event: 'database.connection_lost', error }, 'idle connection lost'),
  });
  const connections = createService({
    name: 'connections',
    start: () => assertMigrated(database.pool, [ledgerMigrations, readMigrations]),
    stop: () => database.close(),
  });
  const projector = createProjector({
    database,
    logger,
    clock: systemClock,
    health,
    batchSizeMax: config.SETTLEMENT_PROJECTOR_BATCH_SIZE_MAX,
    collectMs: config.SETTLEMENT_PROJECTOR_COLLECT_MS,
    onBatch: countBatches(registry),
    onLag: createLagGauges(registry),
  });
  const { SETTLEMENT_HEALTH_HOST: host, SETTLEMENT_HEALTH_PORT: port } = config;
  return serviceStack('projector', [connections, healthServer({ host, port, health, registry }), projector]);
}

function countBatches(registry: Registry): (batch: ConsumedBatch<LoggedEvent>) => void {
  const registers = [registry];
  const batches = new Counter({
    name: 'settlement_projector_batches_total',
    help: 'transactions committed',
    registers,
  });
  const events = new Counter({
    name: 'settlement_projector_events_total',
    help: 'events applied to the read models',
    labelNames: ['partition'],
    registers,
  });
  return ({ slices }) => {
    batches.inc();
    for (const { partition, items } of slices) events.inc({ partition: String(partition) }, items.length);
  };
}
