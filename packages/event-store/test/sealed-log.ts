/** A log of the test's own, sealed, and what an owner with bad intentions can do to it. */
import { openDatabase, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, testDatabase } from '@northwind/testing';
import { createEventLog } from '../src/append/event-log.ts';
import { readGroupLag } from '../src/consume/group-lag.ts';
import { ledgerMigrations } from '../src/migrations.ts';
import { createSealer, SEAL_GROUP } from '../src/seal/create-sealer.ts';
import type { LedgerTables } from '../src/tables.ts';
import { verifyLog } from '../src/verify/verify-log.ts';

const TABLES = ['events', 'partitions', 'seals', 'intake', 'consumer_offsets', 'conflicts', 'rejections'];
/** Those of foreign keys fire as usual, all others always. */
const PUT_BACK = `do $$
declare
  guard record;
begin
  for guard in select tgrelid::regclass as target, tgname, tgisinternal from pg_trigger
               where tgrelid = any ('{${TABLES.map((table) => `ledger.${table}`)}}'::regclass[]) loop
    execute format('alter table %s enable %s trigger %I', guard.target,
                   case when guard.tgisinternal then '' else 'always' end, guard.tgname);
  end loop;
end $$`;

export type SealedLog = Awaited<ReturnType<typeof openSealedLog>>;

export async function openSealedLog() {
  const test = await testDatabase([ledgerMigrations]);
  const where = { url: test.url, applicationName: 'seal test' };
  const database = openDatabase<LedgerTables>({ ...where, connectionsMax: 6 });
  const { db, pool } = database;
  return {
    url: test.url,
    database,
    log: createEventLog(database),
    /** Seals what there is, in blocks of at most `eventsMax` over all partitions of a transaction. */
    async seal(eventsMax = 4_096): Promise<void> {
      const options = { database, logger: silentLogger(), clock: systemClock, collectMs: 1, eventsMax };
      const sealer = createSealer(options);
      await sealer.start();
      try {
        await eventually(async () => (await readGroupLag(db, SEAL_GROUP)).every(({ lag }) => lag === 0n));
      } finally {
        await sealer.stop();
      }
    },
    /** As the owner of the database, with every trigger and foreign key out of the way, and put back afterwards. */
    async tamper(...statements: readonly string[]): Promise<void> {
      const disable = TABLES.map((table) => `alter table ledger.${table} disable trigger all`);
      for (const statement of ['begin', ...disable, ...statements, PUT_BACK, 'commit']) {
        await pool.query(statement).catch((error: Error) => {
          throw new Error(`${statement}: ${error.message}`);
        });
      }
    },
    /** Another pool, for settings of the database that hold from the next connection on. */
    reopen: async () => openDatabase<LedgerTables>({ ...where, connectionsMax: 3 }),
    verify: (options: Partial<Parameters<typeof verifyLog>[0]> = {}) =>
      verifyLog({ database: where, parallel: 1, ...options }),
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
}
