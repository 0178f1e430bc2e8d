/** Looks once a minute whether a day is over. Digests are in no hurry: a late one says the same. */
import { type Clock, createLoop, type Database, type Logger, type Service } from '@northwind/service-kit';
import { DIGEST_POLL_MS } from '../limits.ts';
import type { WebhookDatabase } from '../planning/create-planner.ts';
import { planDigests } from './plan-digests.ts';

export interface DigestPlannerOptions {
  readonly database: Database<WebhookDatabase>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onPlanned: (deliveries: number) => void;
}

export function createDigestPlanner({ database, logger, clock, onPlanned }: DigestPlannerOptions): Service {
  const notPlanned = (endpointId: string, error: unknown) =>
    logger.warn(
      { event: 'digest.not_planned', endpointId, error },
      'the digests of an endpoint wait for the next look',
    );
  return createLoop({
    name: 'webhook digests',
    run: async (signal) => {
      const planned = await planDigests(database.db, { signal, onError: notPlanned });
      if (planned > 0) onPlanned(planned);
    },
    onError: (error, { attempt, delayMs }) =>
      logger.warn({ event: 'digests.not_planned', attempt, delayMs, error }, 'digests wait'),
    pauseMs: DIGEST_POLL_MS,
    clock,
  });
}
