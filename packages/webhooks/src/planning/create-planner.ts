import { createConsumer, DOORBELL_READ, type GroupLag, type Source } from '@northwind/event-store';
import { type PayoutTransition, transitionsSource } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Clock, Database, Health, Logger, Service } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { PLAN_COLLECT_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { planDeliveries } from './plan-deliveries.ts';

export const PLANNER_GROUP = 'webhooks';

/** All that a webhook worker touches: its own schema, the transitions, and the group's offsets. */
export interface WebhookDatabase extends ReadTables, DeliveryTables {}

export interface PlannerOptions {
  readonly database: Database<WebhookDatabase>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health?: Health;
  /** Called after a commit that planned something. */
  readonly onPlanned: (deliveries: number) => void;
  /** Told about once a second how far it is behind the log. */
  readonly onLag?: (lags: readonly GroupLag[]) => void;
}

/** The consumer group that turns transitions into deliveries. */
export function createPlanner(options: PlannerOptions): Service {
  const { database, logger, clock, health, onPlanned, onLag } = options;
  // What the open transaction has planned; told once it is committed. One consumer has one transaction at a time.
  let planned = 0;
  return createConsumer<PayoutTransition, WebhookDatabase>({
    database,
    group: PLANNER_GROUP,
    source: transitionsSource as unknown as Source<PayoutTransition, WebhookDatabase>,
    doorbell: DOORBELL_READ,
    collectMs: PLAN_COLLECT_MS,
    logger,
    clock,
    ...(health && { health }),
    ...(onLag && { onLag }),
    async apply(trx, { slices }) {
      const transitions = slices.flatMap((slice) => slice.items);
      const db = trx as unknown as Kysely<DeliveryTables>;
      planned = await planDeliveries(db, transitions, { isRepeatedAfterCrash: true });
    },
    afterCommit() {
      if (planned > 0) onPlanned(planned);
    },
  });
}
