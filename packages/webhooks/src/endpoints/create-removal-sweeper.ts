/** Finishes removals that broke off: an API may die between an endpoint's removal and the cancelling of its backlog. */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { CANCEL_SWEEP_PAUSE_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { cancelRemoved } from './cancel-removed.ts';

export interface RemovalSweeperOptions {
  readonly db: Kysely<DeliveryTables>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createRemovalSweeper({ db, clock, logger }: RemovalSweeperOptions): Service {
  return createLoop({
    name: 'removal sweeper',
    run: async () => {
      const deliveries = await cancelRemoved(db);
      if (deliveries > 0) logger.info({ event: 'removal.finished', deliveries }, 'cancelled for removed endpoints');
    },
    pauseMs: CANCEL_SWEEP_PAUSE_MS,
    clock,
    onError: (error, { attempt }) =>
      logger.warn(
        { event: 'removal.sweep_failed', attempt, error },
        'removed endpoints’ deliveries stay; none is sent',
      ),
  });
}
