/** The query API as production runs it: configuration, database, health, metrics. */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import {
  assertMigrated,
  createHealth,
  createLogger,
  createMetrics,
  createService,
  type Environment,
  openDatabase,
  redactConfig,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import { deliveryMigrations } from '@northwind/webhooks';
import { accessMigrations } from './access/migrations.ts';
import type { ApiTables } from './api-tables.ts';
import { apiConfigSchema, loadApiConfig } from './config.ts';
import { createQueryApi } from './create-query-api.ts';

/** Throws ConfigError for a wrong environment. Nothing is started yet. */
export async function createApiProcess(env: Environment): Promise<Service> {
  const config = loadApiConfig(env);
  const logger = createLogger({ name: 'query-api', level: config.SETTLEMENT_LOG_LEVEL });
  logger.info({ event: 'api.configured', config: redactConfig(apiConfigSchema, config) }, 'configuration read');
  const database = openDatabase<ApiTables>({
    url: config.DATABASE_URL,
    applicationName: 'settlement-api',
    connectionsMax: config.SETTLEMENT_DATABASE_CONNECTIONS_MAX,
    schemas: { ledger: config.SETTLEMENT_LEDGER_SCHEMA },
    onConnectionError: (error) => logger.warn({ event: 'database.connection_lost', error }, 'idle connection lost'),
  });
  const connections = createService({
    name: 'connections',
    start: async () => {
      try {
        await assertMigrated(database.pool, [ledgerMigrations, readMigrations, deliveryMigrations, accessMigrations]);
      } catch (error) {
        await database.close();
        throw error;
      }
    },
    stop: () => database.close(),
  });
  const api = createQueryApi({
    database,
    logger,
    clock: systemClock,
    health: createHealth(['database', 'stream tail']),
    registry: createMetrics(),
    host: config.SETTLEMENT_API_HOST,
    port: config.SETTLEMENT_API_PORT,
    portalOrigin: config.SETTLEMENT_PORTAL_ORIGIN,
    portalFolder: config.SETTLEMENT_PORTAL_FOLDER,
    secretsKey: config.SETTLEMENT_SECRETS_KEY,
    allowInsecureTargets: config.SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS,
  });
  return serviceStack('query-api', [connections, api]);
}
