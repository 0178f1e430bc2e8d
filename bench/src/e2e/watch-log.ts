/** Reads the log as it grows and notes when each event was first seen committed. */
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

const POLL_MS = 20;

export function watchLog(database: Database<LedgerTables>, seen: Observations): Service {
  const logger = createLogger({ name: 'bench', level: 'silent' });
  const next = new Map<number, bigint>();
  let wake = new AbortController();

  async function readOn(): Promise<void> {
    const heads = await logSource.heads(database.db);
    const ranges = [...heads]
      .map(([partition, toOffset]) => ({ partition, fromOffset: next.get(partition) ?? 0n, toOffset }))
      .filter((range) => range.fromOffset < range.toOffset);
    const events = ranges.length > 0 ? await readEvents(database.db, ranges, 10_000) : [];
    const atMs = systemClock.monotonicMs();
    for (const { partition, offset, idempotencyKey } of events) {
      seen.committed.set(idempotencyKey, { offset, atMs });
      next.set(partition, offset + 1n);
    }
  }

  const loop = createLoop({
    name: 'log watcher',
    run: async (signal) => {
      await systemClock.sleep(POLL_MS, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
      wake = new AbortController();
      await readOn();
    },
    onError: (error) => process.stderr.write(`log watcher: ${error}\n`),
  });
  const doorbell = createDoorbellListener({
    database,
    channels: [DOORBELL_LEDGER],
    onRing: () => wake.abort(),
    logger,
    clock: systemClock,
  });
  return serviceStack('log watcher', [doorbell, loop]);
}
