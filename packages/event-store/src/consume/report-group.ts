/**
 * Tells how a group is doing: its lag, and its health, which is red for as long as one of its partitions is stopped,
 * whoever stopped it and however often the process has been started since: it reads the table, not its own memory.
 */
import type { Clock, Health } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import { type GroupLag, readGroupLag } from './group-lag.ts';

export interface GroupReportOptions {
  readonly db: Kysely<LedgerTables>;
  readonly group: string;
  readonly clock: Clock;
  readonly health?: Health | undefined;
  readonly onLag?: ((lags: readonly GroupLag[]) => void) | undefined;
}

/** A stop matters to people, so a second is soon enough; asking at every turn would cost more than it tells. */
const EVERY_MS = 1_000;

/** Call it after each turn; it asks the database at most once a second. */
export function createGroupReport({ db, group, clock, health, onLag }: GroupReportOptions): () => Promise<void> {
  let dueMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.monotonicMs() < dueMs) return;
    dueMs = clock.monotonicMs() + EVERY_MS;
    const lags = await readGroupLag(db, group);
    onLag?.(lags);
    const stopped = lags.filter((lag) => lag.stoppedReason !== null);
    const paused = lags.filter((lag) => lag.pausedAt !== null);
    if (stopped.length > 0) {
      const detail = stopped.map((lag) => `partition ${lag.partition} is stopped: ${lag.stoppedReason}`).join('; ');
      health?.set(`consumer ${group}`, 'failing', detail);
    } else if (paused.length > 0) {
      // Somebody wants it so, so it is no failure.
      health?.set(`consumer ${group}`, 'ok', `paused: partition ${paused.map((lag) => lag.partition).join(', ')}`);
    } else {
      health?.set(`consumer ${group}`, 'ok');
    }
  };
}
