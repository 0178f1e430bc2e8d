/**
 * Keeps a group's health red for as long as one of its partitions is stopped, whoever stopped it and however often the
 * process has been started since: it reads the table, not its own memory.
 */
import type { Clock, Health } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface StoppedReportOptions {
  readonly db: Kysely<LedgerTables>;
  readonly group: string;
  readonly health: Health;
  readonly clock: Clock;
}

/** A stop matters to people, so a second is soon enough; asking at every turn would cost more than it tells. */
const EVERY_MS = 1_000;

/** Call it after each turn; it asks the database at most once a second. */
export function createStoppedReport({ db, group, health, clock }: StoppedReportOptions): () => Promise<void> {
  let dueMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.monotonicMs() < dueMs) return;
    dueMs = clock.monotonicMs() + EVERY_MS;
    const stopped = await db
      .selectFrom('ledger.consumer_offsets')
      .select(['partition', 'stopped_reason'])
      .where('consumer_group', '=', group)
      .where('stopped_reason', 'is not', null)
      .orderBy('partition')
      .execute();
    const detail = stopped.map((row) => `partition ${row.partition} is stopped: ${row.stopped_reason}`).join('; ');
    if (stopped.length > 0) health.set(`consumer ${group}`, 'failing', detail);
    else health.set(`consumer ${group}`, 'ok');
  };
}
