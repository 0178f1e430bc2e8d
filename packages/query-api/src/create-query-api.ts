/** The query API: HTTP, live streams and the portal's files on one port. Any number of them serve the same database. */
import { readPosition } from '@northwind/projector';
import {
  type Clock,
  createLoop,
  createService,
  type Database,
  type Health,
  type Logger,
  type Registry,
  type Service,
  StartupError,
} from '@northwind/service-kit';
import { sweepExpired } from './access/sweep-expired.ts';
import type { ApiTables } from './api-tables.ts';
import { buildHttp } from './build-http.ts';
import type { ApiApp } from './http/api-app.ts';
import { closeSockets } from './stream/close-sockets.ts';
import { createStreamHub } from './stream/hub.ts';
import { createStreamMetrics } from './stream/stream-metrics.ts';
import { createAppliedGate } from './waiting/applied-gate.ts';

export interface QueryApiOptions {
  readonly database: Database<ApiTables>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: Health;
  readonly registry: Registry;
  readonly host: string;
  /** 0: any free one; `url` says which. */
  readonly port: number;
  readonly portalOrigin?: string | undefined;
  readonly portalFolder?: string | undefined;
  /** 32 bytes in base64: encrypts the signing secrets of webhook endpoints. */
  readonly secretsKey: string;
  readonly allowInsecureTargets?: boolean | undefined;
  /** Listen to the doorbell of the read models, besides polling. On by default. */
  readonly doorbell?: boolean;
  readonly connectionsPerMerchantMax?: number;
}

export interface QueryApi extends Service {
  /** Where it listens, for example `http://127.0.0.1:8080`. Throws while it doesn't. */
  readonly url: string;
}

const SWEEP_PAUSE_MS = 60_000;

export function createQueryApi(options: QueryApiOptions): QueryApi {
  const { database, logger, clock, health, registry } = options;
  const gate = createAppliedGate({ readPosition: () => readPosition(database.db), clock, logger });
  const hub = createStreamHub({ ...options, metrics: createStreamMetrics(registry), onRing: gate.ring });
  const sweeper = createSweeper(options);
  let app: ApiApp | null = null;
  let url: string | null = null;

  const context = {
    db: database.db,
    logger,
    health,
    registry,
    hub,
    gate,
    portalOrigin: options.portalOrigin ?? null,
    portalFolder: options.portalFolder ?? null,
    secretsKey: options.secretsKey,
    allowInsecureTargets: options.allowInsecureTargets ?? false,
  };

  async function stopAll(): Promise<void> {
    // Closing the server drains the hub first; stopping the hub again only makes sure where there was no server.
    await app?.close();
    await hub.stop();
    await gate.stop();
    await sweeper.stop();
    app = null;
    url = null;
  }

  const service = createService({
    name: 'query api',
    start: async () => {
      try {
        await gate.start();
        await hub.start();
        await sweeper.start();
        app = await buildHttp(context, {
          beforeClose: async (closing) => {
            await hub.stop();
            await gate.stop();
            await closeSockets(closing.websocketServer, clock);
          },
        });
        url = await listen(app, options);
      } catch (error) {
        await stopAll();
        throw error;
      }
      logger.info({ event: 'api.listening', url }, 'query API listening');
    },
    stop: stopAll,
  });

  return {
    ...service,
    get url() {
      if (url === null) throw new Error('the query API is not started');
      return url;
    },
  };
}

async function listen(app: ApiApp, { host, port }: QueryApiOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new StartupError(`port ${port} on ${host} is taken`, {
      hint: 'stop the process that listens there, or set SETTLEMENT_API_PORT to another port',
      cause: error,
    });
  }
}

function createSweeper({ database, clock, logger }: QueryApiOptions): Service {
  return createLoop({
    name: 'access sweeper',
    run: async () => void (await sweepExpired(database.db)),
    pauseMs: SWEEP_PAUSE_MS,
    clock,
    onError: (error, { attempt }) =>
      logger.warn({ event: 'access.sweep_failed', attempt, error }, 'expired tokens stay for now'),
  });
}
