import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { claimPartitions } from './claim-partitions.ts';

const PARTITIONS = 16;

it('leaves something for each member, whoever comes first, and what is over for whoever comes next', async () => {
  await using test = await testDatabase([ledgerMigrations]);
  await using database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'claims', connectionsMax: 6 });
  await database.pool.query(`insert into ledger.consumer_offsets (consumer_group, partition)
    select 'g', p from generate_series(0, ${PARTITIONS - 1}) p`);
  const heads = new Map(Array.from({ length: PARTITIONS }, (_, partition) => [partition, 10n]));
  const wish = { group: 'g', heads, members: 5, partitionsMax: 8 };
  /** How many each gets while those before hold theirs. */
  const claim = async (times: number): Promise<number[]> =>
    database.db.transaction().execute(async (trx) => {
      const { ranges } = await claimPartitions(trx, wish);
      return times === 1 ? [ranges.length] : [ranges.length, ...(await claim(times - 1))];
    });
  expect(await claim(6)).toEqual([3, 3, 3, 3, 3, 1]);
});
