import { createDatabaseClient, type MigrationSet } from '@northwind/service-kit';
import { describe, expect, test } from 'vitest';
import { testDatabase } from './test-database.ts';

const shop: MigrationSet = { schema: 'shop', folder: new URL('../../test/migrations/', import.meta.url) };

describe('testDatabase', () => {
  test('gives each caller a migrated database of its own', async () => {
    await using first = await testDatabase([shop]);
    await using second = await testDatabase([shop]);
    await run(first.url, 'INSERT INTO shop.things (thing_id) VALUES (2)');
    expect(await run(first.url, 'SELECT thing_id FROM shop.things ORDER BY 1')).toEqual([
      { thing_id: 1n },
      { thing_id: 2n },
    ]);
    expect(await run(second.url, 'SELECT thing_id FROM shop.things')).toEqual([{ thing_id: 1n }]);
  });

  test('makes its template once, for many callers at a time', async () => {
    const databases = await Promise.all(Array.from({ length: 6 }, () => testDatabase([shop])));
    const [{ templates } = {}] = await run(
      databases[0]?.url ?? '',
      `SELECT count(*) AS templates FROM pg_database WHERE datname LIKE 'template\\_%\\_unfinished'`,
    );
    expect(templates).toBe(0n);
    await Promise.all(databases.map((database) => database.drop()));
  });

  test('drops it, twice without harm', async () => {
    const database = await testDatabase([]);
    await database.drop();
    await database.drop();
    await expect(run(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  });

  test('a connection left open fails the test and is named', async () => {
    const database = await testDatabase([]);
    const leaked = createDatabaseClient({ url: database.url, applicationName: 'forgetful service' });
    leaked.on('error', () => undefined);
    await leaked.connect();
    await expect(database.drop()).rejects.toThrow(/left open to test_\w+: forgetful service × 1/);
    await leaked.end().catch(() => undefined);
  });
});

async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = createDatabaseClient({ url, applicationName: 'test' });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
