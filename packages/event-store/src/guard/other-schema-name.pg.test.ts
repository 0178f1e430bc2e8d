/** Two logs in one database, one of them in a schema of another name: neither knows of the other. */
import { assertMigrated, createDatabaseClient, migrate, openDatabase, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { type ConsumerOptions, createConsumer } from '../consume/consumer.ts';
import { readGroupLag } from '../consume/group-lag.ts';
import { type LoggedEvent, logSource } from '../consume/log-source.ts';
import { DOORBELL_LEDGER } from '../doorbell/doorbell.ts';
import { listConflicts } from '../intake/list-conflicts.ts';
import { listRejections } from '../intake/list-rejections.ts';
import { readIntake } from '../intake/read-intake.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';

const EU = { ledger: 'ledger_eu' };

function open(url: string, schemas?: typeof EU) {
  return openDatabase<LedgerTables>({
    url,
    applicationName: 'schema test',
    connectionsMax: 6,
    ...(schemas && { schemas }),
  });
}

type Log = ReturnType<typeof open>;

/** Appends, a conflict and a rejection, consumed by a group; returns what was applied. */
async function run(database: Log, prefix: string, count: number): Promise<string[]> {
  const log = createEventLog(database);
  const events = payments(count, prefix);
  await log.append(events);
  const again = await log.append([
    ...events,
    { event: payment({ paymentId: `${prefix}_0`, merchantId: 'mer_000', amount: 70 }), messageId: 'c' },
  ]);
  expect(again.map(({ kind }) => kind)).toEqual([...events.map(() => 'duplicate'), 'conflict']);
  await log.reject([{ messageId: `${prefix} r`, code: 'not_json', field: '', reason: 'no', body: '{' }]);
  const applied: string[] = [];
  const options: ConsumerOptions<LoggedEvent, LedgerTables> = {
    database,
    group: 'g',
    source: logSource,
    apply: async (_, { slices }) => void applied.push(...slices.flatMap(({ items }) => items.map((i) => i.subject))),
    doorbell: DOORBELL_LEDGER,
    logger: silentLogger(),
    clock: systemClock,
  };
  const consumer = createConsumer(options);
  await consumer.start();
  await eventually(() => applied.length === count);
  await consumer.stop();
  expect((await readGroupLag(database.db)).reduce((sum, { lag }) => sum + lag, 0n)).toBe(0n);
  return applied;
}

test('append, reject, consume and migrate work in a schema of another name, beside a default one', async () => {
  await using here = await testDatabase([ledgerMigrations]);
  const applied = await migrate(here.url, [ledgerMigrations], { schemas: EU });
  expect(applied.length).toBeGreaterThan(10);
  expect(await migrate(here.url, [ledgerMigrations], { schemas: EU })).toEqual([]);
  await using home = open(here.url);
  await using eu = open(here.url, EU);
  await assertMigrated(eu.pool, [ledgerMigrations]);

  // The same keys in both: were they one log, the second would be duplicates.
  const [atHome, abroad] = await Promise.all([run(home, 'same', 300), run(eu, 'same', 300)]);
  expect(new Set(abroad)).toEqual(new Set(atHome));
  await createEventLog(eu).append(payments(5, 'only here'));

  for (const [database, events] of [
    [home, 300],
    [eu, 305],
  ] as const) {
    const intake = await readIntake(database.db);
    const messages = (kind: string) => intake.find(({ outcome }) => outcome === kind)?.messages;
    expect(['appended', 'duplicate', 'conflict', 'rejected'].map(messages)).toEqual([BigInt(events), 300n, 1n, 1n]);
    expect(await database.db.selectFrom('ledger.events').select('subject').execute()).toHaveLength(events);
    expect(await listConflicts(database.db, { limit: 10 })).toHaveLength(1);
    expect(await listRejections(database.db, { limit: 10 })).toHaveLength(1);
  }
});

test('the guards are there, too, and name the schema that they guard', async () => {
  await using here = await testDatabase([]);
  await migrate(here.url, [ledgerMigrations], { schemas: EU });
  await using eu = open(here.url, EU);
  await createEventLog(eu).append(payments(1, 'a'));
  await expect(sql`delete from ledger.events`.execute(eu.db)).rejects.toThrow('append-only');
  const { rows } = await eu.pool.query(`select count(*)::int4 as found from pg_namespace where nspname = 'ledger'`);
  expect(rows).toEqual([{ found: 0 }]);
  // Nothing in it looks elsewhere: every function body names its own schema.
  const { rows: bodies } = await eu.pool.query(
    `select proname from pg_proc where pronamespace = 'ledger_eu'::regnamespace and prosrc ~ '\\mledger\\.'`,
  );
  expect(bodies).toEqual([]);
});

test('a client outside of the pool takes the name as well', async () => {
  await using here = await testDatabase([]);
  await migrate(here.url, [ledgerMigrations], { schemas: EU });
  const client = createDatabaseClient({ url: here.url, applicationName: 'schema test', schemas: EU });
  await client.connect();
  const { rows } = await client
    .query({ name: 'heads', text: 'select count(*) as partitions from ledger.partitions' })
    .finally(() => client.end());
  expect(rows).toEqual([{ partitions: 16n }]);
});
