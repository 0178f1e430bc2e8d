import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { databaseUrl } from '../../test/scratch-database.ts';
import { createDatabaseClient, openDatabase } from './open-database.ts';

const open = (connectionsMax = 2) =>
  openDatabase<unknown>({ url: databaseUrl({}), applicationName: 'open-database test', connectionsMax });

describe('columns', () => {
  test.each([
    ['9223372036854775807::int8', 9_223_372_036_854_775_807n],
    ['count(*)', 1n],
    ['7::int4', 7],
    ["'{1,NULL,-2}'::int8[]", [1n, null, -2n]],
    ["'2026-11-22T06:00:00.000001Z'::timestamptz", '2026-11-22T06:00:00.000001Z'],
    ["'2026-11-22T07:30:00+01:30'::timestamptz", '2026-11-22T06:00:00.000000Z'],
    ["'2026-11-22T06:00:00.5Z'::timestamptz", '2026-11-22T06:00:00.500000Z'],
    ["'{2026-11-22T06:00:00Z}'::timestamptz[]", ['2026-11-22T06:00:00.000000Z']],
    ["'2026-11-22'::date", '2026-11-22'],
    ["'2026-11-22 06:00:00'::timestamp", '2026-11-22 06:00:00'],
    ["'12.30'::numeric", '12.30'],
    ['NULL::int8', null],
    ['\'{"amount": 9007199254740991}\'::jsonb', { amount: 9_007_199_254_740_991 }],
  ])('%s', async (expression, expected) => {
    await using database = open();
    const { rows } = await database.pool.query(`SELECT ${expression} AS value`);
    expect(rows).toEqual([{ value: expected }]);
    const viaKysely = await sql<{ value: unknown }>`SELECT ${sql.raw(expression)} AS value`.execute(database.db);
    expect(viaKysely.rows).toEqual([{ value: expected }]);
  });

  test.each(["'infinity'::timestamptz", "'0044-03-15 BC'::timestamptz", "'20261-01-01'::timestamptz"])(
    '%s is refused: no instant of ours looks like that',
    async (expression) => {
      await using database = open();
      await expect(database.pool.query(`SELECT ${expression}`)).rejects.toThrow('is not a UTC instant');
    },
  );

  test('a bigint and an instant go in as they come out', async () => {
    await using database = open();
    const values = [2n ** 62n, '2026-11-22T06:00:00.123456Z', [1n, 2n]];
    const { rows } = await database.pool.query('SELECT $1::int8 AS a, $2::timestamptz AS b, $3::int8[] AS c', values);
    expect(Object.values(rows[0])).toEqual(values);
  });
});

test('sessions are in UTC and carry the application’s name', async () => {
  await using database = open();
  const { rows } = await database.pool.query(
    "SELECT current_setting('TimeZone') AS zone, application_name AS name" +
      ' FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  );
  expect(rows).toEqual([{ zone: 'UTC', name: 'open-database test' }]);
  const client = createDatabaseClient({ url: databaseUrl({}), applicationName: 'one' });
  await client.connect();
  expect((await client.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'UTC' }]);
  await client.end();
});

describe('close', () => {
  test('is safe twice, before the first query and after the last', async () => {
    const unused = open();
    await unused.close();
    await unused.close();
    const used = open();
    await sql`SELECT 1`.execute(used.db);
    await Promise.all([used.close(), used.close()]);
    await expect(used.pool.query('SELECT 1')).rejects.toThrow();
  });

  test('waits for the query under way', async () => {
    const database = open();
    const slow = sql<{ done: number }>`SELECT 1 AS done FROM pg_sleep(0.3)`.execute(database.db);
    const underWay = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT 1 AS done%'";
    while ((await database.pool.query(underWay)).rowCount === 0);
    await database.close();
    expect((await slow).rows).toEqual([{ done: 1 }]);
  });
});

describe('a connection that the server ends', () => {
  test.each(['idle', 'in a transaction'])(
    'while %s is told once, ends nothing else, and is replaced',
    async (state) => {
      const told: string[] = [];
      await using database = openDatabase<unknown>({
        url: databaseUrl({}),
        applicationName: 'victim',
        connectionsMax: 1,
        onConnectionError: (error) => void told.push(error.message),
      });
      await using other = open();
      const client = await database.pool.connect();
      const broken = new Promise<void>((resolve) => client.once('end', resolve));
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      if (state === 'idle') client.release();
      else await client.query('BEGIN');
      await other.pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
      await broken;
      if (state !== 'idle') {
        const commit = client.query('COMMIT').catch((error: Error) => error.message);
        client.release();
        expect(await commit).toContain('not queryable');
      }
      expect(told).toEqual(['terminating connection due to administrator command']);
      expect((await database.pool.query('SELECT 1 AS alive')).rows).toEqual([{ alive: 1 }]);
    },
  );
});

test('a statement is prepared once a connection, and transaction control never', async () => {
  await using database = open(1);
  for (let n = 0; n < 3; n += 1) {
    await database.db.transaction().execute((trx) => sql`SELECT ${n}::int4 + 1 AS next`.execute(trx));
  }
  const { rows } = await database.pool.query('SELECT statement FROM pg_prepared_statements');
  expect(rows).toEqual([{ statement: 'SELECT $1::int4 + 1 AS next' }]);
});
