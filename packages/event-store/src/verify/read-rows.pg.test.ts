import { openDatabase, systemClock } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { readPages, readRows } from './read-rows.ts';

const BYTES_A_PAGE = 8 * 1_024 * 1_024;

// What jsonb stores is small in each case; the text that verify hashes is not.
const KINDS = [
  ['of numbers that are long without an exponent', { x: Array.from({ length: 300 }, () => 5e-324) }, 97_000],
  ['compressed', { x: 'x'.repeat(100_000) }, 100_000],
  ['stored as it is', { x: 'abcdefghij'.repeat(90) }, 900],
] as const;

async function openLog(data: object, rows: number) {
  const test = await testDatabase([ledgerMigrations]);
  const database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'pages', connectionsMax: 2 });
  await database.pool.query(
    `insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                                merchant_id, subject, fingerprint, data)
     select 4, i, 1, gen_random_uuid(), now(), now(), 'payment.captured', 'mer_1', 'pay', sha256('')::bytea, $1::jsonb
     from generate_series(0, $2::int4 - 1) i`,
    [JSON.stringify(data), rows],
  );
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
}

it.each(KINDS)('a page of verify is bounded by bytes: %s', async (_, data, bytesAtLeast) => {
  await using log = await openLog(data, 20);
  const read = async (bytesMax: number, limit = 10) => {
    const wish = { partition: 4, fromOffset: 5n, toOffset: 20n, limit, bytesMax };
    return (await readRows(log.db, wish)).map(({ offset }) => offset);
  };
  expect(await read(3.9 * bytesAtLeast)).toEqual([5n, 6n, 7n]);
  expect(await read(1)).toEqual([5n, 6n]); // two come whatever their size
  expect(await read(1_000 * bytesAtLeast)).toHaveLength(10);
});

it('pages of verify hold every row once, however large, with all rows of one offset in one page', async () => {
  await using log = await openLog({ x: Array.from({ length: 300 }, () => 5e-324) }, 200);
  await sql`alter table ledger.events drop constraint events_pk cascade`.execute(log.db);
  for (const offset of [0, 80, 81, 85, 199]) {
    await sql`insert into ledger.events select e.partition, e."offset", e.version, gen_random_uuid(), e.occurred_at,
      e.recorded_at, e.type, e.merchant_id, e.subject, e.fingerprint, e.message_id, e.trace, e.data
      from ledger.events e, generate_series(1, 3) where e."offset" = ${offset}`.execute(log.db);
  }
  const offsets: bigint[] = [];
  const bytes: number[] = [];
  for await (const rows of readPages(log.db, { partition: 4, toOffset: 200n, clock: systemClock })) {
    expect(rows[0]?.offset).not.toBe(offsets.at(-1) ?? -1n);
    offsets.push(...rows.map((row) => row.offset));
    bytes.push(rows.reduce((sum, row) => sum + row.data.length, 0));
  }
  expect(new Set(offsets).size).toBe(200);
  expect(offsets).toHaveLength(215);
  expect(Math.max(...bytes)).toBeLessThan(BYTES_A_PAGE);
  expect(bytes.length).toBeGreaterThan(2);
});
