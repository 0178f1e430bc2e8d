/** The sealer: the consumer group that closes blocks over the log. Any number of them share the partitions. */
import type { Clock, Database, Health, Logger, Service } from '@northwind/service-kit';
import type { ConsumedBatch } from '../consume/consume-round.ts';
import { createConsumer } from '../consume/consumer.ts';
import type { LedgerTables } from '../tables.ts';
import type { LeafFields } from './hash-leaf.ts';
import { sealBatch } from './seal-batch.ts';
import { createSealSource } from './seal-source.ts';

export const SEAL_GROUP = 'seal';

/** A channel that nobody rings: a seal may wait for company, and being woken for every append would only cost. */
const DOORBELL_NONE = 'ledger_seal';

export const SEAL_COLLECT_MS = 1_000;
/** Proofs then have at most 12 steps, and a block's prefixes fit into 32 KiB. */
export const SEAL_EVENTS_MAX = 4_096;

export interface SealerOptions {
  readonly database: Database<LedgerTables>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health?: Health;
  /** The least time between two blocks of a partition that is not behind. */
  readonly collectMs?: number;
  /** Events sealed in one transaction, and so in one block, at most. */
  readonly eventsMax?: number;
  /** Called after each commit. */
  readonly onBatch?: (batch: ConsumedBatch<LeafFields>) => void;
}

export function createSealer(options: SealerOptions): Service {
  const { database, logger, clock, health, onBatch } = options;
  return createConsumer<LeafFields, LedgerTables>({
    database,
    group: SEAL_GROUP,
    source: createSealSource({ clock, collectMs: options.collectMs ?? SEAL_COLLECT_MS }),
    apply: sealBatch,
    doorbell: DOORBELL_NONE,
    logger,
    clock,
    ...(health && { health }),
    batchSizeMax: options.eventsMax ?? SEAL_EVENTS_MAX,
    ...(onBatch && { afterCommit: onBatch }),
  });
}
