import { readFileSync } from 'node:fs';
import { createDatabaseClient } from '@northwind/service-kit';
import { dumpSchema, testDatabase } from '@northwind/testing';
import { expect, test } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';

// Run by `test:postgres`, too: every supported version has to come to the same.
test('the committed dump is what the migrations make', async () => {
  await using database = await testDatabase([ledgerMigrations]);
  const client = createDatabaseClient({ url: database.url, applicationName: 'dump test' });
  await client.connect();
  const dump = await dumpSchema(client, 'ledger').finally(() => client.end());
  const committed = readFileSync(new URL('../../schema.txt', import.meta.url), 'utf8');
  expect(committed.slice(committed.indexOf('-- schema ledger'))).toBe(dump);
});
