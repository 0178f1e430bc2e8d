import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { expect, it } from 'vitest';
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
    expect(await readEvents(database.db, ranges, 125)).toHaveLength(times * 125);
  }
  const after = await scans();
  expect(after.seq_scan - before.seq_scan).toBe(0n);
  expect(after.idx_scan).toBeGreaterThan(before.idx_scan);
});
