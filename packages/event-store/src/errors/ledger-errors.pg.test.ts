import { testDatabase } from '@northwind/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import { CONSTRAINTS } from './ledger-errors.ts';

test('every constraint of the schema has its outcome, and every listed one exists', async () => {
  await using database = await testDatabase([ledgerMigrations]);
  const client = new pg.Client(database.url);
  await client.connect();
  // NOT NULL is a constraint of its own from PostgreSQL 18 on; SQLSTATE 23502 has no name of ours.
  const { rows } = await client
    .query(
      `select conname as name from pg_constraint
       where connamespace = 'ledger'::regnamespace and contype <> 'n'
         and conrelid::regclass::text not like 'ledger.migrations%' order by conname collate "C"`,
    )
    .finally(() => client.end());
  expect(rows.map((row) => row.name)).toEqual(Object.keys(CONSTRAINTS));
});
