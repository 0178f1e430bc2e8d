/**
 * The projector: a consumer group on the log that applies events to the active generation. Any number of them share
 * the partitions.
 */
import {
  type ConsumedBatch,
  createConsumer,
  createDoorbell,
  DOORBELL_LEDGER,
  DOORBELL_READ,
  type GroupLag,
  type LoggedEvent,
  logSource,
  type Source,
} from '@northwind/event-store';
import {
  type Clock,
  createService,
  type Database,
  type Health,
  type Logger,
  NOT_STARTED_YET,
  type Service,
} from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { applyBatch } from './apply-batch.ts';
import { readActiveGeneration } from './generations/generation.ts';
import type { ReadTables } from './tables.ts';

export interface ProjectorOptions {
  readonly database: Database<ReadTables>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health?: Health;
  /** Events applied in one transaction at most. */
  readonly batchSizeMax?: number;
  /** Milliseconds that events gather after a batch during which more came. */
  readonly collectMs?: number;
  /** Called after each commit. */
  readonly onBatch?: (batch: ConsumedBatch<LoggedEvent>) => void;
  /** Told about once a second how far it is behind the log. */
  readonly onLag?: (lags: readonly GroupLag[]) => void;
}

export function createProjector(options: ProjectorOptions): Service {
  const { database, logger, clock, health, batchSizeMax, collectMs, onBatch, onLag } = options;
  const doorbell = createDoorbell({ database, channel: DOORBELL_READ, logger });
  let consumer: Service | undefined;

  return createService({
    name: 'projector',
    async start() {
      const { schema, models, consumerGroup, epoch } = await readActiveGeneration(database.db);
      logger.info({ event: 'projector.started', schema, group: consumerGroup, epoch }, 'projector started');
      // Which group it is turns out only here; its first turn says how it is.
      health?.set(`consumer ${consumerGroup}`, 'failing', NOT_STARTED_YET);
      consumer = createConsumer<LoggedEvent, ReadTables>({
        database,
        group: consumerGroup,
        source: logSource as unknown as Source<LoggedEvent, ReadTables>,
        apply: (trx, batch) => applyBatch(trx as unknown as Kysely<unknown>, { schema, models }, batch),
        doorbell: DOORBELL_LEDGER,
        logger,
        clock,
        ...(health && { health }),
        ...(batchSizeMax && { batchSizeMax }),
        ...(collectMs !== undefined && { collectMs }),
        ...(onLag && { onLag }),
        afterCommit: (batch) => {
          doorbell.ring();
          onBatch?.(batch);
        },
      });
      await consumer.start();
      health?.set('projector', 'ok');
    },
    async stop() {
      await consumer?.stop();
      await doorbell.close();
    },
  });
}
