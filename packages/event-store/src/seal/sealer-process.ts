/** The sealer as production runs it: configuration, database, health, metrics. */
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
import type { ConsumedBatch } from '../consume/consume-round.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { createHotRowGauges } from '../upkeep/hot-row-gauges.ts';
import { createHotRowsWatch } from '../upkeep/watch-hot-rows.ts';
import { createSealer, SEAL_GROUP } from './create-sealer.ts';
import type { LeafFields } from './hash-leaf.ts';
import { loadSealerConfig } from './sealer-config.ts';

/** Throws ConfigError for a wrong environment. Nothing is started yet. */
export async function createSealerProcess(env: Environment): Promise<Service> {
  const config = loadSealerConfig(env);
  const logger = createLogger({ name: 'sealer', level: config.SETTLEMENT_LOG_LEVEL });
  const health = createHealth([`consumer ${SEAL_GROUP}`]);
  const registry = createMetrics();
  const database = openDatabase<LedgerTables>({
    url: config.DATABASE_URL,
    applicationName: 'settlement-sealer',
    connectionsMax: config.SETTLEMENT_DATABASE_CONNECTIONS_MAX,
    schemas: { ledger: config.SETTLEMENT_LEDGER_SCHEMA },
    onConnectionError: (error) => logger.warn({ event: 'database.connection_lost', error }, 'idle connection lost'),
  });
  const connections = createService({
    name: 'connections',
    start: () => assertMigrated(database.pool, [ledgerMigrations]),
    stop: () => database.close(),
  });
  const sealer = createSealer({
    database,
    logger,
    clock: systemClock,
    health,
    collectMs: config.SETTLEMENT_SEALER_COLLECT_MS,
    eventsMax: config.SETTLEMENT_SEALER_EVENTS_MAX,
    onBatch: countSeals(registry),
  });
  const upkeep = createHotRowsWatch({
    database,
    logger,
    clock: systemClock,
    health,
    onLook: createHotRowGauges(registry),
  });
  const { SETTLEMENT_HEALTH_HOST: host, SETTLEMENT_HEALTH_PORT: port } = config;
  return serviceStack('sealer', [connections, healthServer({ host, port, health, registry }), upkeep, sealer]);
}

function countSeals(registry: Registry): (batch: ConsumedBatch<LeafFields>) => void {
  const registers = [registry];
  const blocks = new Counter({ name: 'settlement_sealer_blocks_total', help: 'blocks sealed', registers });
  const events = new Counter({ name: 'settlement_sealer_events_total', help: 'events sealed', registers });
  return ({ slices }) => {
    blocks.inc(slices.length);
    for (const { items } of slices) events.inc(items.length);
  };
}
