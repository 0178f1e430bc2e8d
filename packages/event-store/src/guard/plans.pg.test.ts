/** The hot statements keep their indexes when the log is large, with fresh and with generic plans, as services run. */
import { type TestDatabase, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capturePlans, type PlanCapture, type ScannedTable, tellPlans } from '../../test/capture-plans.ts';
import { payment, payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { advanceOffsets } from '../consume/advance-offsets.ts';
import { claimPartitions } from '../consume/claim-partitions.ts';
import { readGroupLag } from '../consume/group-lag.ts';
import { logSource, readEvents } from '../consume/log-source.ts';
import { ledgerMigrations } from '../migrations.ts';

const EVENTS = 120_000;
const GROUPS = 100;

// Past the append, because this is about what comes after it.
const FILL = `
  insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type, merchant_id,
                             subject, fingerprint, data)
  select n % 16, n / 16, 1, gen_random_uuid(), now(), now(), 'payment.captured', 'mer_' || n % 500, 'pay_' || n,
         sha256(n::text::bytea), '{"amount": 1000, "currency": "EUR"}'
  from generate_series(0, ${EVENTS - 1}) n;
  update ledger.partitions set next_offset = ${EVENTS / 16};
  insert into ledger.consumer_offsets (consumer_group, partition)
  select 'read_' || g, p from generate_series(1, ${GROUPS}) g, generate_series(0, 15) p;
  analyze ledger.events; analyze ledger.partitions; analyze ledger.consumer_offsets;`;

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase([ledgerMigrations]);
  const owner = new pg.Client(test.url);
  await owner.connect();
  await owner.query(FILL);
  await owner.end();
  await tellPlans(test.url);
});
afterAll(() => test.drop());

const indexesOn = (table: string, scans: readonly ScannedTable[]) =>
  [...new Set(scans.map((scan) => scan.index))].filter((index) => index?.startsWith(`${table}_`));

function expectNoScanOf(table: string, scans: readonly ScannedTable[]): void {
  expect(scans.filter((scan) => scan.table === table && scan.scan === 'Seq Scan')).toEqual([]);
}

describe.each(['auto', 'force_generic_plan', 'force_custom_plan'])('with plan_cache_mode %s', (mode) => {
  const as = async (role: string): Promise<PlanCapture> => capturePlans(await test.login(role), mode);

  it.each([1, 100, 1_000])('an append of %i looks its keys up by index, fresh or seen', async (size) => {
    await using writer = await as('settlement_writer');
    const scans = await writer.scansOf((database) => createEventLog(database).append(payments(size, `${mode}${size}`)));
    expectNoScanOf('events', scans);
    expect(indexesOn('events', scans)).toContain('events_idempotency_key_unique');
  });

  it.each([1, 8, 16])('reading on from %i partitions walks the primary key', async (partitions) => {
    await using projector = await as('settlement_projector');
    const ranges = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      fromOffset: 10n,
      toOffset: BigInt(EVENTS / 16),
    }));
    const limit = { itemsPerRange: 100, bytesPerRange: 1_000_000 };
    const scans = await projector.scansOf(({ db }) => readEvents(db, ranges, limit));
    expect(indexesOn('events', scans)).toEqual(['events_pk']);
    expectNoScanOf('events', scans);
  });

  it('heads are read from the sixteen rows that hold them', async () => {
    await using projector = await as('settlement_projector');
    const scans = await projector.scansOf(({ db }) => logSource.heads(db));
    expect(new Set(scans.map((scan) => scan.table))).toEqual(new Set(['partitions']));
  });

  it('a claim and its advance find their group by index', async () => {
    await using projector = await as('settlement_projector');
    const scans = await projector.scansOf(({ db }) =>
      db.transaction().execute(async (trx) => {
        const heads = await logSource.heads(trx);
        const wish = { group: 'read_7', heads, members: 2, partitionsMax: 8 };
        const { ranges } = await claimPartitions(trx, wish);
        expect(ranges).toHaveLength(8);
        const advanced = ranges.map(({ partition, fromOffset }) => ({ partition, fromOffset, nextOffset: fromOffset }));
        await advanceOffsets(trx, 'read_7', advanced);
      }),
    );
    expectNoScanOf('consumer_offsets', scans);
    expect(indexesOn('consumer_offsets', scans)).toEqual(['consumer_offsets_pk']);
    expect(indexesOn('events', scans)).toEqual([]);
  });

  it('the lag of a group costs a look at one event a partition', async () => {
    await using projector = await as('settlement_operator');
    const scans = await projector.scansOf(({ db }) => readGroupLag(db, 'read_7'));
    expectNoScanOf('events', scans);
    expect(indexesOn('events', scans)).toEqual(['events_pk']);
  });
});

/** Of events, by its indexes or past them. */
async function rowsRead(client: pg.Client): Promise<number> {
  await client.query('select pg_stat_force_next_flush()');
  const { rows } = await client.query(
    `select (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'events')
            + (select seq_tup_read from pg_stat_user_tables where relname = 'events') as n`,
  );
  return Number(rows[0]?.n);
}

// The lookup must not walk the index of a log that was small when the session first planned it. Nothing is analysed
// after the growth: autovacuum may come a minute later.
it.each([1, 5, 100, 300])(
  'an append planned at %i events looks up one key at a time when there are many',
  async (few) => {
    await using log = await testDatabase([ledgerMigrations]);
    const owner = new pg.Client(log.url);
    await owner.connect();
    try {
      const { pool } = { pool: owner as unknown as pg.Pool };
      const append = createEventLog({ pool }).append;
      await append(payments(few, 'few'));
      await owner.query('analyze ledger.events; analyze ledger.partitions');
      for (let n = 0; n < 8; n += 1) await append(payments(10, `planned_${n}`));
      const grow = FILL.slice(0, FILL.indexOf('update'))
        .replaceAll('n / 16', '1000 + n / 16')
        .replace(`${EVENTS - 1}`, '20000');
      await owner.query(grow);
      await owner.query('update ledger.partitions set next_offset = 1000 + 20001 / 16 + 1');
      const before = await rowsRead(owner);
      await append(payments(10, 'after'));
      await append(payments(10, 'after')); // again: judged
      expect((await rowsRead(owner)) - before).toBeLessThan(100);
    } finally {
      await owner.end();
    }
  },
);

// A setting of a function holds for what it calls, too. Without nested loops a conflict would be joined with its event
// by reading the primary key from its beginning, under the locks of the heads.
it('an append with a conflict reads the event that it contradicts and no other', async () => {
  await using log = await testDatabase([ledgerMigrations]);
  const owner = new pg.Client(log.url);
  await owner.connect();
  try {
    const { append } = createEventLog({ pool: owner as unknown as pg.Pool });
    await owner.query(FILL);
    const arrivals = (amount: number) =>
      Array.from({ length: 100 }, (_, n) => ({
        event: payment({ paymentId: `pay_${n}`, merchantId: `mer_${n % 50}`, amount }),
        messageId: null,
      }));
    await append(arrivals(1_000));
    const before = await rowsRead(owner);
    const outcomes = await append(arrivals(2_000));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['conflict']));
    expect((await rowsRead(owner)) - before).toBeLessThan(1_000);
  } finally {
    await owner.end();
  }
});
