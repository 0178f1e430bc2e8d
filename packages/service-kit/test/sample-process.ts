import { z } from 'zod';
import {
  createHealth,
  createLogger,
  createMetrics,
  createService,
  environment,
  healthServer,
  loadConfig,
  runProcess,
  serviceStack,
} from '../src/index.ts';

// A process like any of ours, for run-process.e2e.test.ts.

const schema = z.object({
  SETTLEMENT_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535),
  SETTLEMENT_STUCK: z.stringbool().default(false),
});

await runProcess({
  name: 'sample',
  main: async () => {
    const config = loadConfig(schema, environment());
    const logger = createLogger({ name: 'sample', level: 'info' });
    const health = createHealth();
    const port = config.SETTLEMENT_HEALTH_PORT;
    const worker = createService({
      name: 'worker',
      start: async () => logger.info({ event: 'worker.started' }, 'started'),
      stop: async () => {
        if (config.SETTLEMENT_STUCK) await new Promise(() => undefined);
        logger.info({ event: 'worker.stopped' }, 'stopped');
      },
    });
    return serviceStack('sample', [
      worker,
      healthServer({ host: '127.0.0.1', port, health, registry: createMetrics() }),
    ]);
  },
  stopTimeoutMs: 60_000,
  onStarted: () => process.send?.('started'),
});
