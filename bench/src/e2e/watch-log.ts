/**
 * Notes when the log's heads moved: whatever lies below a head is committed. While the run is on it reads nothing but
 * the heads, so that watching costs next to nothing; which event stands where is read once, at the end.
 */
import { createDoorbellListener, DOORBELL_LEDGER, logSource, readEvents } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import {
  createLogger,
  createLoop,
  type Database,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import type { Observations } from './observations.ts';

const POLL_MS = 50;
const READ_LIMIT = { itemsPerRange: 10_000, bytesPerRange: 64 * 1_024 * 1_024 };

export interface LogWatcher extends Service {
  /** Fills in where every event stands and when it was first seen committed. */
  readEventsInto(seen: Observations): Promise<void>;
}

interface HeadMove {
  readonly nextOffset: bigint;
  readonly atMs: number;
}

export function watchLog(database: Database<LedgerTables>): LogWatcher {
  const moves = new Map<number, HeadMove[]>();
  let wake = new AbortController();

  async function noteHeads(): Promise<void> {
    const heads = await logSource.heads(database.db);
    const atMs = systemClock.monotonicMs();
    for (const [partition, nextOffset] of heads) {
      const known = moves.get(partition) ?? [];
      if ((known.at(-1)?.nextOffset ?? 0n) < nextOffset) known.push({ nextOffset, atMs });
      moves.set(partition, known);
    }
  }

  async function readEventsInto(seen: Observations): Promise<void> {
    await noteHeads();
    for (const [partition, known] of moves) {
      let move = 0;
      const toOffset = known.at(-1)?.nextOffset ?? 0n;
      for (let fromOffset = 0n; fromOffset < toOffset; ) {
        const { items } = await readEvents(database.db, [{ partition, fromOffset, toOffset }], READ_LIMIT);
        for (const event of items) {
          while ((known[move]?.nextOffset ?? 0n) <= event.offset) move += 1;
          seen.committed.set(event.idempotencyKey, { offset: event.offset, atMs: known[move]?.atMs ?? Number.NaN });
        }
        fromOffset += BigInt(items.length);
      }
    }
  }

  const loop = createLoop({
    name: 'heads',
    run: async (signal) => {
      await systemClock.sleep(POLL_MS, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
      wake = new AbortController();
      await noteHeads();
    },
    onError: (error) => process.stderr.write(`log watcher: ${error}\n`),
  });
  const logger = createLogger({ name: 'bench', level: 'silent' });
  const onRing = () => wake.abort();
  const doorbell = createDoorbellListener({
    database,
    channels: [DOORBELL_LEDGER],
    onRing,
    logger,
    clock: systemClock,
  });
  return { ...serviceStack('log watcher', [doorbell, loop]), readEventsInto };
}
