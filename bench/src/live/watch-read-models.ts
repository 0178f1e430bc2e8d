/**
 * A reader of the read models that looks whenever the projector rings, and at least every so often: what is the last
 * event of each partition whose rows a SELECT on the views gives? Events of a partition become visible in log order, so
 * all below it are visible, too.
 */
import { createDoorbellListener, DOORBELL_READ } from '@northwind/event-store';
import {
  createLogger,
  createLoop,
  type Database,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import type { Sighting } from './visible-latencies.ts';

export interface ReadModelsWatcher extends Service {
  /** By partition, in the order in which they were made. */
  readonly sightings: ReadonlyMap<number, readonly Sighting[]>;
}

const POLL_MS = 50;

/** Served by journal_pk and payout_facts_pk. A payout's submission posts nothing, so it is no row of the journal. */
const LAST_VISIBLE = sql<{ partition: number; offset: bigint | null }>`
  select p.partition, greatest(
    (select max("offset") from read.journal where partition = p.partition),
    (select max("offset") from read.payout_facts where partition = p.partition)) as "offset"
  from ledger.partitions p`;

export function watchReadModels(database: Database<unknown>): ReadModelsWatcher {
  const sightings = new Map<number, Sighting[]>();
  let wake = new AbortController();

  async function look(): Promise<void> {
    const { rows } = await LAST_VISIBLE.execute(database.db as Kysely<unknown>);
    const atMs = systemClock.monotonicMs();
    for (const { partition, offset } of rows) {
      const known = sightings.get(partition) ?? [];
      if (offset !== null && (known.at(-1)?.offset ?? -1n) < offset) known.push({ offset, atMs });
      sightings.set(partition, known);
    }
  }

  const loop = createLoop({
    name: 'looks',
    run: async (signal) => {
      await systemClock.sleep(POLL_MS, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
      wake = new AbortController();
      await look();
    },
    onError: (error) => process.stderr.write(`read models watcher: ${error}\n`),
  });
  const doorbell = createDoorbellListener({
    database,
    channels: [DOORBELL_READ],
    onRing: () => wake.abort(),
    logger: createLogger({ name: 'bench', level: 'silent' }),
    clock: systemClock,
  });
  return { ...serviceStack('read models watcher', [doorbell, loop]), sightings };
}
