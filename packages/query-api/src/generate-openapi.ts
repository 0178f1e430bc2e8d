/** The OpenAPI document as it is committed. Nothing is asked of any database. */
import { readPosition } from '@northwind/projector';
import { createHealth, createLogger, createMetrics, openDatabase, systemClock } from '@northwind/service-kit';
import type { ApiTables } from './api-tables.ts';
import { buildHttp } from './build-http.ts';
import { createStreamHub } from './stream/hub.ts';
import { createStreamMetrics } from './stream/stream-metrics.ts';
import { createAppliedGate } from './waiting/applied-gate.ts';

export async function generateOpenapi(): Promise<string> {
  // A pool connects with its first query, and there is none.
  await using database = openDatabase<ApiTables>({
    url: 'postgres://localhost/none',
    applicationName: 'openapi',
    connectionsMax: 1,
  });
  const logger = createLogger({ name: 'openapi', level: 'silent' });
  const health = createHealth();
  const registry = createMetrics();
  const metrics = createStreamMetrics(registry);
  const hub = createStreamHub({ database, clock: systemClock, logger, health, metrics });
  const gate = createAppliedGate({ readPosition: () => readPosition(database.db), clock: systemClock, logger });
  const app = await buildHttp({
    db: database.db,
    logger,
    health,
    registry,
    hub,
    gate,
    portalOrigin: null,
    portalFolder: null,
    secretsKey: '',
    allowInsecureTargets: false,
  });
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return document;
}
