import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { describe, expect, it } from 'vitest';
import { describeConsumerGroup } from '../../test/describe-consumer-group.ts';
import { payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { DOORBELL_LEDGER } from '../doorbell/doorbell.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { logSource, readEvents } from './log-source.ts';

describeConsumerGroup('the log', async () => {
  const test = await testDatabase([ledgerMigrations]);
  const database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'conformance', connectionsMax: 12 });
  const log = createEventLog(database);
  let produced = 0;
  return {
    database,
    source: logSource,
    doorbell: DOORBELL_LEDGER,
    async produce(items) {
      const prefix = `p${produced}`;
      produced += 1;
      const all = payments(items, prefix);
      for (let from = 0; from < items; from += 100) await log.append(all.slice(from, from + 100));
    },
    stored: async () => {
      const { rows } = await database.pool.query('select partition, "offset" from ledger.events order by 1, 2');
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
});

it('reads a batch out of a backlog by the index, never by looking at the whole log', async () => {
  await using test = await testDatabase([ledgerMigrations]);
  // One connection: after five times the server may take a plan for all parameters alike.
  await using database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'plans', connectionsMax: 1 });
  await database.pool.query(`
    insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                               merchant_id, subject, fingerprint, data)
    select i % 16, i / 16, 1, gen_random_uuid(), now(), now(), 'payment.captured', 'mer_1', 'pay_' || i,
           sha256(i::text::bytea), '{}'
    from generate_series(0, 31999) i`);
  await database.pool.query('analyze ledger.events');
  const scans = async () => {
    await database.pool.query('select pg_stat_force_next_flush()');
    const { rows } = await database.pool.query(
      `select seq_scan, idx_scan from pg_stat_user_tables where relid = 'ledger.events'::regclass`,
    );
    return rows[0] as { readonly seq_scan: bigint; readonly idx_scan: bigint };
  };
  const before = await scans();
  for (let times = 1; times <= 8; times += 1) {
    const ranges = Array.from({ length: times }, (_, partition) => ({ partition, fromOffset: 100n, toOffset: 2_000n }));
    const limit = { itemsPerRange: 125, bytesPerRange: 1_000_000 };
    expect((await readEvents(database.db, ranges, limit)).items).toHaveLength(times * 125);
  }
  const after = await scans();
  expect(after.seq_scan - before.seq_scan).toBe(0n);
  expect(after.idx_scan).toBeGreaterThan(before.idx_scan);
});

describe('a read of the log is bounded by bytes', () => {
  // What jsonb stores is small in each case; the text that a consumer would get is not.
  const KINDS = [
    ['stored as it is', { reference: 'abcdefghij'.repeat(90) }, 1_000],
    ['compressed', { reference: 'x'.repeat(100_000) }, 100_000],
    ['of numbers that are long without an exponent', { numbers: Array.from({ length: 300 }, () => 1e300) }, 90_000],
  ] as const;

  it.each(KINDS)('%s', async (_, data, bytesAtLeast) => {
    await using test = await testDatabase([ledgerMigrations]);
    await using database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'bytes', connectionsMax: 2 });
    await database.pool.query(
      `insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                                  merchant_id, subject, fingerprint, data)
       select p, i, 1, gen_random_uuid(), now(), now(), 'payment.captured', 'mer_1', 'pay', sha256('')::bytea, $1::jsonb
       from generate_series(0, 1) p, generate_series(0, 19) i`,
      [JSON.stringify(data)],
    );
    const ranges = [0, 1].map((partition) => ({ partition, fromOffset: 5n, toOffset: 20n }));
    const read = async (bytesPerRange: number) => {
      const { items, cutOff } = await readEvents(database.db, ranges, { itemsPerRange: 10, bytesPerRange });
      const offsets = items.filter((item) => item.partition === 1).map((item) => item.offset);
      return { offsets, cutOff: [...cutOff] };
    };
    expect(await read(3.5 * bytesAtLeast)).toEqual({ offsets: [5n, 6n, 7n], cutOff: [0, 1] });
    expect(await read(1)).toEqual({ offsets: [5n], cutOff: [0, 1] }); // one comes whatever its size
    expect((await read(1_000 * bytesAtLeast)).offsets).toHaveLength(10);
  });
});
