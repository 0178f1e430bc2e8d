import { createHealth, createMetrics, openDatabase, systemClock } from '@northwind/service-kit';
import { eventually, recordingLogger, type TestDatabase, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { createHotRowGauges } from './hot-row-gauges.ts';
import { type HotRows, readHotRows } from './read-hot-rows.ts';
import { createHotRowsWatch, HOT_ROWS } from './watch-hot-rows.ts';

const APPENDS = 600;
/** More than a page holds: until it is full nothing is cleared away. */
const DEAD_MAX = 400;

describe('the hot rows', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let forgotten: pg.Client;

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    const url = await test.login('settlement_sealer');
    database = openDatabase<LedgerTables>({ url, applicationName: 'upkeep test', connectionsMax: 2 });
    forgotten = new pg.Client({ connectionString: test.url, application_name: 'forgotten' });
    await forgotten.connect();
  });
  afterEach(async () => {
    await forgotten.end();
    await database.close();
    await test.drop();
  });

  async function append(prefix = 'a'): Promise<void> {
    await using owner = openDatabase<LedgerTables>({ url: test.url, applicationName: 'writer', connectionsMax: 1 });
    const log = createEventLog(owner);
    for (let n = 0; n < APPENDS; n += 1) await log.append(payments(1, `${prefix}_${n}`)); // all in one partition
    await owner.pool.query('select pg_stat_force_next_flush()');
  }

  it('are cleared away as they are passed, as long as no snapshot keeps them', async () => {
    // The server's own vacuum may look at this database just then, and its snapshot keeps them for a moment.
    const areFew = async () => {
      await append();
      const { dead } = await readHotRows(database.db);
      return dead.partitions < DEAD_MAX && dead.intake < DEAD_MAX;
    };
    await eventually(areFew, { timeoutMs: 20_000 });
  });

  it('are changed without touching an index, with room left for it on each page', async () => {
    await append();
    const { rows } = await forgotten.query(`
      select c.relname as name, c.reloptions as options, pg_stat_get_tuples_updated(c.oid)::int4 as updated,
             pg_stat_get_tuples_hot_updated(c.oid)::int4 as hot
      from pg_class c where c.oid in ('ledger.partitions'::regclass, 'ledger.intake'::regclass)`);
    expect(rows).toHaveLength(2);
    for (const { options, updated, hot } of rows) {
      expect(options).toEqual(['fillfactor=70']);
      expect(updated).toBeGreaterThanOrEqual(APPENDS - 1);
      expect(hot / updated).toBeGreaterThan(0.9);
    }
  });

  it('pile up under one snapshot that stays, which is said with its age and its holder until it is gone', async () => {
    const { logger, lines } = recordingLogger();
    const health = createHealth();
    const registry = createMetrics();
    const setGauges = createHotRowGauges(registry);
    let last: HotRows | undefined;
    const onLook = (rows: HotRows) => {
      last = rows;
      setGauges(rows);
    };
    const limits = { everyMs: 20, snapshotSecondsMax: 3_600, deadRowsMax: DEAD_MAX };
    const watch = createHotRowsWatch({ database, logger, clock: systemClock, health, onLook, ...limits });
    await watch.start();
    try {
      await eventually(() => expect(health.components()).toEqual([{ component: HOT_ROWS, state: 'ok', detail: null }]));
      await forgotten.query('begin isolation level repeatable read; select 1');
      await append();
      await eventually(() => expect(health.components()[0]?.detail).toContain('dead rows in partitions'));
      expect(health.ready()).toBe(true);
      expect(health.components()[0]?.detail).toMatch(/held by forgotten, process \d+, user postgres$/);
      expect(last?.snapshotSeconds).toBeGreaterThan(0);
      await eventually(() => expect(last?.snapshotTransactions).toBeGreaterThanOrEqual(APPENDS)); // the look after that
      expect(last?.seesAll).toBe(true);
      expect(lines.find((line) => line.event === 'log.old_snapshot')).toMatchObject({ level: expect.anything() });
      const metrics = await registry.metrics();
      expect(metrics).toMatch(/settlement_log_dead_rows\{table="partitions"\} \d{3}/);
      expect(metrics).toMatch(/settlement_log_oldest_snapshot_transactions \d{3}/);
      await forgotten.query('commit');
      await forgotten.query('vacuum ledger.partitions, ledger.intake'); // as autovacuum does within a minute
      await eventually(() => expect(health.components()[0]?.detail).toBeNull());
    } finally {
      await watch.stop();
    }
  });

  it('are blamed on who keeps them, with the age of that one, and on nobody who has only begun earlier', async () => {
    const ageOf = async (name: string) => {
      const { rows } = await forgotten.query<{ seconds: number }>(
        `select extract(epoch from clock_timestamp() - xact_start)::float8 as seconds from pg_stat_activity
         where datname = current_database() and application_name = $1`,
        [name],
      );
      return rows[0]?.seconds ?? Number.NaN;
    };
    const late = new pg.Client({ connectionString: test.url, application_name: 'late' });
    await late.connect();
    try {
      await late.query('begin'); // no snapshot stays in it, and it has no id yet
      await append();
      await forgotten.query('begin isolation level repeatable read; select 1');
      await append('b');
      await late.query('select pg_current_xact_id()');
      const both = await readHotRows(database.db);
      expect(both.snapshotHolder).toMatch(/^forgotten, process \d+/);
      expect(both.snapshotTransactions).toBeGreaterThanOrEqual(APPENDS);
      expect(both.snapshotSeconds).toBeLessThanOrEqual(await ageOf('forgotten'));
      expect(await ageOf('late')).toBeGreaterThan(await ageOf('forgotten'));
      const lateSeconds = await ageOf('late');
      await forgotten.query('commit');
      const one = await readHotRows(database.db);
      expect(one.snapshotHolder).toMatch(/^late, process \d+/);
      expect(one.snapshotTransactions).toBeLessThan(APPENDS);
      expect(one.snapshotSeconds).toBeGreaterThan(lateSeconds);
    } finally {
      await late.end();
    }
  });

  it('are told of by age alone, too: a snapshot does its harm later', async () => {
    const { logger } = recordingLogger();
    const health = createHealth();
    const limits = { everyMs: 20, snapshotSecondsMax: 0.01 };
    const watch = createHotRowsWatch({ database, logger, clock: systemClock, health, ...limits });
    await forgotten.query('begin isolation level repeatable read; select 1');
    await watch.start();
    try {
      await eventually(() =>
        expect(health.components()[0]?.detail).toMatch(/oldest snapshot is \d+ s old; held by forg/),
      );
    } finally {
      await watch.stop();
    }
  });
});
