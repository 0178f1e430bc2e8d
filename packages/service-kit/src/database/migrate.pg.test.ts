import { describe, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/scratch-database.ts';
import { assertMigrated } from './assert-migrated.ts';
import { migrate } from './migrate.ts';
import type { MigrationSet } from './migration-set.ts';
import { createDatabaseClient, openDatabase } from './open-database.ts';

const folder = (name: string) => new URL(`../../test/migrations/${name}/`, import.meta.url);
const shop: MigrationSet = { schema: 'shop', folder: folder('shop') };
const till: MigrationSet = { schema: 'till', folder: folder('till').href };
const broken: MigrationSet = { schema: 'broken', folder: folder('broken').pathname };

const everything = [
  { schema: 'shop', name: '001_things' },
  { schema: 'shop', name: '002_first_thing' },
  { schema: 'till', name: '001_till' },
];

describe('migrate', () => {
  test('applies the sets in their order, each file once', async () => {
    await using database = await scratchDatabase();
    expect(await migrate(database.url, [shop])).toEqual(everything.slice(0, 2));
    expect(await migrate(database.url, [shop, till])).toEqual(everything.slice(2));
    expect(await migrate(database.url, [shop, till])).toEqual([]);
    expect(await query(database.url, 'SELECT shop.count_things() AS things')).toEqual([{ things: 1n }]);
    expect(await query(database.url, 'SELECT name FROM shop.migrations ORDER BY name')).toEqual([
      { name: '001_things' },
      { name: '002_first_thing' },
    ]);
  });

  test('many at once: each migration is applied by one of them', async () => {
    await using database = await scratchDatabase();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => migrate(database.url, [shop, till])));
    expect(outcomes.flat().toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
      everything.toSorted((a, b) => a.name.localeCompare(b.name)),
    );
  });

  test('a wrong file leaves nothing of its set behind, is named, and holds up no one', async () => {
    await using database = await scratchDatabase();
    await expect(migrate(database.url, [shop, broken])).rejects.toMatchObject({
      name: 'StartupError',
      message: 'migration broken/002_wrong failed: type "no_such_type" does not exist',
    });
    expect(await query(database.url, "SELECT to_regclass('broken.fine') AS fine")).toEqual([{ fine: null }]);
    expect(await migrate(database.url, [shop, till])).toEqual(everything.slice(2));
  });
});

describe('assertMigrated', () => {
  test('names what is missing and says what to do, until nothing is', async () => {
    await using scratch = await scratchDatabase();
    await using database = openDatabase({ url: scratch.url, applicationName: 'test', connectionsMax: 1 });
    const missing = (count: number, first: string) => ({
      name: 'StartupError',
      message: `the database is not migrated: ${count} missing, first ${first}`,
      hint: 'run: settle migrate',
    });
    await expect(assertMigrated(database.pool, [shop, till])).rejects.toMatchObject(missing(3, 'shop/001_things'));
    await migrate(scratch.url, [shop]);
    await expect(assertMigrated(database.pool, [shop, till])).rejects.toMatchObject(missing(1, 'till/001_till'));
    await migrate(scratch.url, [shop, till]);
    await assertMigrated(database.pool, [shop, till]);
    // A newer release has migrated already; this one still runs.
    await assertMigrated(database.pool, [till]);
  });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = createDatabaseClient({ url, applicationName: 'test' });
  await client.connect();
  return await client
    .query(statement)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}
