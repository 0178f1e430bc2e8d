/** One incarnation of a consumer: production code, over the simulated database. Its handler notes what it worked on. */
import { createConsumer, DOORBELL_LEDGER, type LoggedEvent, logSource } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { createProcess } from '@northwind/testing/simulation';
import { sql } from 'kysely';
import { drawDatabaseFate, EPOCH_MS, networkTo, type SharedParts } from '../history/start-writer.ts';
import type { Running } from '../history/supervise.ts';
import { connectToDatabase } from './connect-to-database.ts';
import { WORK } from './run-statement.ts';

export function startConsumer(parts: SharedParts, name: string, group: string): Running {
  const { world, postgres, log, groups, members, bells, diesAt, logger } = parts;
  const { scheduler, journal, plan } = world;
  const process = createProcess({ name, scheduler, journal, epochMs: EPOCH_MS, diesAt });
  const database = connectToDatabase<LedgerTables>({
    tables: { world, log, groups, members },
    postgres,
    process,
    network: networkTo(world, () => drawDatabaseFate(world)),
    bells,
  });
  const consumer = createConsumer<LoggedEvent, LedgerTables>({
    database,
    group,
    source: logSource,
    doorbell: DOORBELL_LEDGER,
    apply: async (trx, { slices }) => {
      for (const { partition, items } of slices) {
        const partitions = items.map(() => partition);
        const offsets = items.map((item) => item.offset);
        await sql`${sql.raw(WORK)} select ${group}, ${partitions}, ${offsets}`.execute(trx);
      }
    },
    logger,
    clock: process.clock,
    batchSizeMax: plan.batchSizeMax,
  });
  consumer.start().catch(() => process.kill('could not start'));
  return { process, isHealthy: () => true, stop: () => consumer.stop() };
}
