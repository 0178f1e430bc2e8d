/**
 * Finishes what broke off: an API may die between the commit that removes, registers or enables an endpoint and the
 * pages of deliveries that follow it.
 */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import { ENABLING_AGE_MIN_MS, ENDPOINT_SWEEP_PAUSE_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { cancelRemoved } from './cancel-removed.ts';
import { type EndpointToEnable, finishEnabling } from './finish-enabling.ts';
import type { MissedTables } from './plan-missed.ts';

export interface EndpointSweeperOptions {
  readonly db: Kysely<DeliveryTables>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createEndpointSweeper({ db, clock, logger }: EndpointSweeperOptions): Service {
  return createLoop({
    name: 'endpoint sweeper',
    run: async () => {
      const deliveries = await cancelRemoved(db);
      if (deliveries > 0) logger.info({ event: 'removal.finished', deliveries }, 'cancelled for removed endpoints');
      await finishEnablings(db, logger);
    },
    pauseMs: ENDPOINT_SWEEP_PAUSE_MS,
    clock,
    onError: (error, { attempt }) =>
      logger.warn({ event: 'endpoints.sweep_failed', attempt, error }, 'changes of endpoints that broke off stay so'),
  });
}

/** Of those that began a while ago: whoever began is most likely at it otherwise. One that fails keeps no other. */
export async function finishEnablings(db: Kysely<DeliveryTables>, logger: Logger): Promise<void> {
  const { rows } = await sql<EndpointToEnable>`
    select merchant_id as "merchantId", endpoint_id as "endpointId" from delivery.endpoints
    where status = 'enabled' and enabling_since < now() - ${ENABLING_AGE_MIN_MS}::float8 * interval '1 millisecond'
    order by enabling_since`.execute(db);
  for (const place of rows) {
    try {
      const finished = await finishEnabling(db as unknown as Kysely<MissedTables>, place);
      logger.info({ event: 'enabling.finished', ...place, ...finished }, 'what broke off when it was enabled is done');
    } catch (error) {
      logger.warn({ event: 'enabling.not_finished', ...place, error }, 'tried again in a minute');
    }
  }
}
