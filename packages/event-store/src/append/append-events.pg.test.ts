import { partitionOf } from '@northwind/events';
import { openDatabase } from '@northwind/service-kit';
import { eventually, type TestDatabase, testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { readIntake } from '../intake/read-intake.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { createEventLog, type EventLog } from './event-log.ts';

describe('append', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let log: EventLog;

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'append test', connectionsMax: 8 });
    log = createEventLog(database);
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const at = (offset: bigint) => ({ partition: 4, offset });
  const arrive = (event: ReturnType<typeof payment>, messageId = 'm') => ({ event, messageId });

  it('answers each input in input order: appended, duplicate, conflict', async () => {
    const first = payment({ paymentId: 'pay_1' });
    const second = payment({ paymentId: 'pay_2' });
    const outcomes = await log.append(
      [first, second, first, payment({ paymentId: 'pay_2', amount: 1_001 })].map((e) => arrive(e)),
    );
    expect(outcomes).toEqual([
      { kind: 'appended', ...at(0n) },
      { kind: 'appended', ...at(1n) },
      { kind: 'duplicate', ...at(0n) },
      { kind: 'conflict', ...at(1n), fields: ['data.amount'] },
    ]);
    expect(await log.append([arrive(first), arrive(payment({ paymentId: 'pay_3' }))])).toEqual([
      { kind: 'duplicate', ...at(0n) },
      { kind: 'appended', ...at(2n) },
    ]);
  });

  it('keeps a conflict with both bodies, once per body, and counts how often it came', async () => {
    await log.append([arrive(payment({ paymentId: 'pay_1' }))]);
    const other = arrive(payment({ paymentId: 'pay_1', amount: 2_000 }), 'other');
    await log.append([other, other]);
    await log.append([other]);
    const conflicts = await database.db.selectFrom('ledger.conflicts').selectAll().execute();
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toMatchObject({
      first_data: { amount: 1_000 },
      data: { amount: 2_000 },
      differing_fields: ['data.amount'],
      message_id: 'other',
      seen: 3n,
    });
  });

  it('names the same key under another merchant as a conflict of merchantId', async () => {
    await log.append([arrive(payment({ paymentId: 'pay_1', merchantId: 'mer_001' }))]);
    const [outcome] = await log.append([arrive(payment({ paymentId: 'pay_1', merchantId: 'mer_042' }))]);
    expect(outcome).toEqual({ kind: 'conflict', ...at(0n), fields: ['data.merchantId'] });
  });

  it('tallies every outcome with its money', async () => {
    const event = payment({ paymentId: 'pay_1' });
    const other = payment({ paymentId: 'pay_1', amount: 5 + 1_000 });
    await log.append([arrive(event), arrive(event), arrive(other)]);
    await log.append([arrive(other), arrive(event), arrive(payment({ paymentId: 'pay_2', amount: 70 }))]);
    const rejected = { messageId: 'm9', code: 'not_json', field: '', reason: 'no', body: '{\0' };
    await log.reject([rejected]);
    await log.reject([rejected, { ...rejected, messageId: 'm10' }]);
    expect(await readIntake(database.db)).toEqual([
      { outcome: 'appended', currency: 'EUR', messages: 2n, amountMinor: 1_070n },
      { outcome: 'conflict', currency: 'EUR', messages: 2n, amountMinor: 2_010n },
      { outcome: 'duplicate', currency: 'EUR', messages: 2n, amountMinor: 2_000n },
      { outcome: 'rejected', currency: 'XXX', messages: 3n, amountMinor: 0n },
    ]);
  });

  it('keeps a rejected body byte for byte, NUL included, and a redelivery only as a count', async () => {
    const rejected = {
      messageId: 'm1',
      code: 'bad_text',
      field: 'data.\0',
      reason: 'NUL \0',
      body: '{"a":"\0\u00e9"}',
    };
    await log.reject([rejected]);
    await log.reject([rejected, rejected]); // of two receivers, say
    const rows = await database.db.selectFrom('ledger.rejections').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.body.toString('utf8')).toBe(rejected.body);
    expect(rows[0]?.seen).toBe(3n);
  });

  it('numbers densely under concurrent writers that send the same events', async () => {
    const events = payments(2_000, 'race');
    const appendAll = async (from: number) => {
      let appended = 0;
      for (let i = 0; i < events.length; i += 100) {
        const batch = events.slice((i + from) % 2_000, ((i + from) % 2_000) + 100);
        appended += (await log.append(batch)).filter((outcome) => outcome.kind === 'appended').length;
      }
      return appended;
    };
    const appended = await Promise.all([0, 500, 1_000, 1_500].map(appendAll));
    expect(appended.reduce((a, b) => a + b)).toBe(2_000);
    const { rows: holes } = await sql`
      select p.partition from ledger.partitions p left join ledger.events e using (partition)
      group by p.partition, p.next_offset
      having count(e.*) <> p.next_offset or coalesce(max(e."offset") + 1, 0) <> p.next_offset`.execute(database.db);
    expect(holes).toEqual([]);
  });

  it('decides one key racing under two merchants by the unique index, without a hole', async () => {
    for (let round = 0; round < 20; round += 1) {
      const racers = ['mer_001', 'mer_042', 'mer_500'].map((merchantId) => [
        arrive(payment({ paymentId: `pay_${round}`, merchantId })),
        arrive(payment({ paymentId: `own_${round}_${merchantId}`, merchantId })),
      ]);
      const outcomes = (await Promise.all(racers.map((batch) => log.append(batch)))).flat();
      const kinds = outcomes.map((outcome) => outcome.kind).sort();
      expect(kinds).toEqual(['appended', 'appended', 'appended', 'appended', 'conflict', 'conflict']);
    }
    const heads = await database.db.selectFrom('ledger.partitions').select(['partition', 'next_offset']).execute();
    const total = heads.reduce((sum, head) => sum + head.next_offset, 0n);
    expect(total).toBe(80n);
  });

  it.each([
    'update ledger.events set merchant_id = merchant_id',
    'delete from ledger.events',
    'truncate ledger.events',
  ])('refuses, even to the owner: %s', async (statement) => {
    await log.append([arrive(payment({ paymentId: 'pay_1' }))]);
    await expect(database.pool.query(statement)).rejects.toThrow('append-only');
  });

  it.each([
    'select * from ledger.events',
    'insert into ledger.partitions values (99, 0)',
    'update ledger.partitions set next_offset = 10',
    'update ledger.events set merchant_id = merchant_id',
    'delete from ledger.conflicts',
  ])('leaves the writer role nothing but the functions: %s', async (statement) => {
    const client = await database.pool.connect();
    try {
      await client.query('set role settlement_writer');
      await expect(client.query(statement)).rejects.toThrow('permission denied');
      await client.query(`select ledger.reject_messages('{m}', '{c}', '{f}', '{r}', '{abc}')`);
    } finally {
      client.release(true);
    }
  });

  it.each([
    ['arrays of different length', 4, "'{0,1}'", 'arrays of one length'],
    ['an input without a key', 1, "'{null}'", 'input 1 has none'],
    ['an input without a partition', 4, "'{null}'", 'input 1 has none'],
    ['a partition that does not exist', 4, "'{99}'", 'partition 99 does not exist'],
  ])('refuses %s before anything is numbered', async (_, position, argument, message) => {
    const one = ["'{00000000-0000-8000-8000-000000000000}'", "'{t}'", "'{1}'", "'{0}'", "'{m}'", "'{s}'", "'{now}'"];
    const values = [...one, "array['\\x00'::bytea]", "'{x}'", "'{null}'", "array['{}'::jsonb]", "'{EUR}'", "'{1}'"];
    values[position - 1] = argument;
    await expect(database.pool.query(`select ledger.append_events(${values.join(', ')})`)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      code: 'P0004',
    });
  });

  it('never records an event before the one below it, also when the clock is set back', async () => {
    await log.append([arrive(payment({ paymentId: 'pay_1' }))]);
    // Of the time that the first append left there.
    const ahead = `update ledger.partitions set recorded_at = recorded_at + interval '1 hour' where partition = 4`;
    const permit = `select ledger.break_glass('ada', 'a clock that was set back')`;
    await database.pool.query(`begin; ${permit}; ${ahead}; commit`);
    await log.append([arrive(payment({ paymentId: 'pay_2' }))]);
    const { rows } = await database.pool.query(`
      select "offset", recorded_at > now() + interval '59 minutes' as is_ahead from ledger.events order by "offset"`);
    expect(rows).toEqual([
      { offset: 0n, is_ahead: false },
      { offset: 1n, is_ahead: true },
    ]);
  });

  it('lets appends of other partitions pass while one partition is held', async () => {
    const holder = await database.pool.connect();
    try {
      await holder.query('begin');
      await holder.query('select from ledger.partitions where partition = 4 for update');
      const elsewhere = payment({ paymentId: 'pay_1', merchantId: 'mer_042' });
      expect(await log.append([arrive(elsewhere)])).toMatchObject([{ kind: 'appended' }]);
      await holder.query('commit'); // it had the lock all the while
    } finally {
      holder.release(true);
    }
  });

  // The order in which tallies are written adds nothing to it: an append writes those of its own partitions only, and
  // holds their heads by then, so no two appends are ever at the same tally.
  it('waits for no other append in a circle, whatever the order of their partitions', async () => {
    // A deadlock is made again by the append itself, so only the server tells of it: here without waiting a second.
    await database.pool.query(`do $$ begin
      execute format('alter database %I set deadlock_timeout = ''10ms''', current_database());
    end $$`);
    const merchants = [...oneMerchantPerPartition().values()];
    const name = 'circle test';
    const writers = openDatabase<LedgerTables>({ url: test.url, applicationName: name, connectionsMax: WRITERS });
    const circle = createEventLog(writers);
    const appendAll = async (writer: number) => {
      const inOrder = writer % 2 === 0 ? merchants : merchants.toReversed();
      for (let round = 0; round < 40; round += 1) {
        const batch = inOrder.map((merchantId) =>
          arrive(payment({ paymentId: `${writer}_${round}_${merchantId}`, merchantId })),
        );
        expect(new Set((await circle.append(batch)).map(({ kind }) => kind))).toEqual(new Set(['appended']));
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: WRITERS }, (_, writer) => appendAll(writer)));
    await writers.close();
    // A session has told of its deadlocks once it is gone.
    await eventually(async () => {
      const gone = 'select from pg_stat_activity where application_name = $1 and datname = current_database()';
      return (await database.pool.query(gone, [name])).rowCount === 0;
    });
    const { rows } = await database.pool.query(
      'select deadlocks::int4 from pg_stat_database where datname = current_database()',
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
    expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('refuses an isolation level that would number from a stale snapshot', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('begin isolation level repeatable read');
      const call = `select ledger.append_events(${Array(13).fill("'{}'").join(', ')})`;
      await expect(client.query(call)).rejects.toThrow('READ COMMITTED');
    } finally {
      client.release(true);
    }
  });
});

const PARTITIONS = 16;
const WRITERS = 8;

function oneMerchantPerPartition(): ReadonlyMap<number, string> {
  const merchants = new Map<number, string>();
  for (let i = 0; merchants.size < PARTITIONS; i += 1) merchants.set(partitionOf(`mer_${i}`, PARTITIONS), `mer_${i}`);
  return merchants;
}
