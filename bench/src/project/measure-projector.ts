/**
 * Projectors as production runs them, two for two cores, each with the defaults of its settings and with sessions set
 * as its process sets them: from an empty generation to the end of the log.
 */
import { APPLYING_SESSIONS, createProjector, projectorConfigSchema } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { createLogger, openDatabase, systemClock } from '@northwind/service-kit';
import { VoidRun } from '../harness/benchmark.ts';
import { expectProjected } from './expect-projected.ts';
import type { UnreadLog } from './with-log.ts';

const PROJECTORS = 2;

/** Events a second, from the start of the services to their last commit. */
export async function measureProjector({ url, events, signal }: UnreadLog): Promise<number> {
  const config = projectorConfigSchema.parse({ DATABASE_URL: url });
  const connectionsMax = PROJECTORS * config.SETTLEMENT_DATABASE_CONNECTIONS_MAX;
  await using database = openDatabase<ReadTables>({
    url,
    applicationName: 'bench projector',
    connectionsMax,
    ...APPLYING_SESSIONS,
  });
  const finished = Promise.withResolvers<void>();
  let applied = 0;
  const projectors = Array.from({ length: PROJECTORS }, () =>
    createProjector({
      database,
      logger: createLogger({ name: 'bench', level: 'error' }),
      clock: systemClock,
      batchSizeMax: config.SETTLEMENT_PROJECTOR_BATCH_SIZE_MAX,
      collectMs: config.SETTLEMENT_PROJECTOR_COLLECT_MS,
      onBatch: ({ slices }) => {
        applied += slices.reduce((sum, { items }) => sum + items.length, 0);
        if (applied >= events) finished.resolve();
      },
    }),
  );
  const interrupt = () => finished.reject(signal.reason);
  signal.addEventListener('abort', interrupt, { once: true });
  const startMs = systemClock.monotonicMs();
  try {
    await Promise.all(projectors.map((projector) => projector.start()));
    await finished.promise;
    const elapsedMs = systemClock.monotonicMs() - startMs;
    if (applied !== events) throw new VoidRun(`the projector applied ${applied} events of ${events}`);
    await expectProjected(url);
    return (events * 1000) / elapsedMs;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await Promise.all(projectors.map((projector) => projector.stop()));
  }
}
