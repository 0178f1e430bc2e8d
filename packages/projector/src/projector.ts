/**
 * The projector: it keeps the generation that readers see up to date with the log, and with it those that stand by to
 * take over. Each is a consumer group on the log; any number of projectors share the partitions.
 */
import {
  type ConsumedBatch,
  createDoorbell,
  DOORBELL_READ,
  type GroupLag,
  type LoggedEvent,
} from '@northwind/event-store';
import {
  type Clock,
  createLoop,
  createService,
  type Database,
  type Health,
  type Logger,
  type Service,
} from '@northwind/service-kit';
import type { ReadModel } from './folding.ts';
import { followGenerations } from './generations/follow-generations.ts';
import type { ReadTables } from './tables.ts';

export interface ProjectorOptions {
  /** Opened with `APPLYING_SESSIONS`, or with their `pipeline` at least: a batch's statements are sent together. */
  readonly database: Database<ReadTables>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health?: Health;
  /** Default: the registry. */
  readonly models?: readonly ReadModel[];
  /** Events applied in one transaction at most. */
  readonly batchSizeMax?: number;
  /** Milliseconds that events gather after a batch during which more came. */
  readonly collectMs?: number;
  /** Called after each commit to the active generation. */
  readonly onBatch?: (batch: ConsumedBatch<LoggedEvent>) => void;
  /** Told about once a second, of each generation, how far it is behind the log. */
  readonly onLag?: (lags: readonly GroupLag[]) => void;
}

/** How long a generation that stands by from now on, or no longer, may go unnoticed. */
const LOOK_EVERY_MS = 1_000;

export function createProjector(options: ProjectorOptions): Service {
  const { database, logger, clock, health } = options;
  const doorbell = createDoorbell({ database, channel: DOORBELL_READ, logger });
  const followed = followGenerations({ ...options, doorbell });
  const loop = createLoop({
    name: 'generations',
    run: () => followed.look(),
    onError: (err) =>
      logger.warn({ event: 'projector.generations_unknown', err }, 'can not see which generations there are'),
    pauseMs: LOOK_EVERY_MS,
    clock,
  });
  return createService({
    name: 'projector',
    async start() {
      await followed.look();
      await loop.start();
      health?.set('projector', 'ok');
    },
    async stop() {
      await loop.stop();
      await followed.stop();
      await doorbell.close();
    },
  });
}
