import { openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';

const EVENTS = 20;
const PERMIT = `select ledger.break_glass('ada@northwind.example', 'INC-17: a card number in a subject')`;

describe('the break-glass', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let owner: pg.Client;

  beforeAll(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'guard test', connectionsMax: 4 });
    const log = createEventLog(database);
    await log.append(payments(EVENTS, 'a'));
    await log.append([{ event: payment({ paymentId: 'a_0', merchantId: 'mer_000', amount: 70 }), messageId: 'c' }]);
    await log.reject([{ messageId: 'm', code: 'not_json', field: '', reason: 'no', body: '{' }]);
    owner = new pg.Client(test.url);
    await owner.connect();
  });
  // Every test works in a transaction that comes to nothing, or says otherwise.
  afterEach(() => owner.query('rollback; reset session_replication_role'));
  afterAll(async () => {
    await owner.end();
    await database.close();
    await test.drop();
  });

  const uses = async () =>
    (await owner.query('select operation, table_name, row_count, actor from ledger.break_glass_uses order by use_id'))
      .rows;
  const actor = 'ada@northwind.example';

  const FORBIDDEN = [
    'update ledger.events set merchant_id = merchant_id',
    'delete from ledger.events',
    'truncate ledger.events',
    'update ledger.conflicts set data = data',
    'delete from ledger.conflicts',
    'update ledger.rejections set body = body',
    'truncate ledger.rejections',
    `update ledger.intake set outcome = 'rejected' where outcome = 'appended'`,
    'delete from ledger.intake',
    'truncate ledger.intake',
    'update ledger.intake set messages = messages - 1',
    'update ledger.intake set amount_minor = amount_minor - 1',
    'update ledger.intake set amount_minor = 0, messages = messages',
    'update ledger.rejections set seen = seen - 1',
    'update ledger.conflicts set seen = seen - 1',
    'update ledger.consumer_actions set actor = actor',
    'delete from ledger.consumer_actions',
    'truncate ledger.consumer_actions',
    'update ledger.partitions set next_offset = next_offset - 1 where next_offset > 0',
    `update ledger.partitions set recorded_at = recorded_at - interval '1 s'`,
    `update ledger.partitions set recorded_at = recorded_at - interval '1 s', next_offset = next_offset + 1`,
    `update ledger.partitions set recorded_at = recorded_at + interval '1 day'`,
    `update ledger.partitions set recorded_at = null, next_offset = next_offset + 1`,
    'insert into ledger.partitions (partition) values (16)',
    'delete from ledger.partitions where partition = 0',
    'update ledger.partitions set partition = 99 where partition = 0',
  ];

  it.each(FORBIDDEN)('without it the owner is refused: %s', async (statement) => {
    await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it.each(FORBIDDEN)(
    'without it the owner is refused with triggers switched off for replication: %s',
    async (statement) => {
      await owner.query('set session_replication_role = replica');
      await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
    },
  );

  it.each(FORBIDDEN)('under it the owner may, on record: %s', async (statement) => {
    await owner.query('begin');
    await owner.query(PERMIT);
    const { rowCount } = await owner.query(statement);
    const [opened, ...changes] = await uses();
    expect(opened).toEqual({ operation: 'open', table_name: null, row_count: null, actor });
    expect(changes.length).toBeGreaterThan(0);
    expect(changes[0]).toMatchObject({ table_name: statement.match(/ledger\.\w+/)?.[0], actor });
    const counts = changes.map((change) => change.row_count).filter((count) => count !== null);
    const countsRows = statement.startsWith('delete') && !statement.includes('partitions');
    if (countsRows) expect(counts.map(Number)).toEqual([rowCount]);
  });

  it.each([
    ['alone', ''],
    ['with its offset', ', next_offset = next_offset + 1'],
  ])('is refused a head’s time that no clock reaches, %s, also where it was none before', async (_, more) => {
    for (const time of ['infinity', '-infinity']) {
      for (const head of ['next_offset > 0', 'next_offset = 0']) {
        const statement = `update ledger.partitions set recorded_at = '${time}'${more} where ${head}`;
        await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
        await owner.query('begin');
        await owner.query(PERMIT);
        await expect(owner.query(statement)).rejects.toMatchObject({ constraint: 'partitions_recorded_at_is_finite' });
        await owner.query('rollback');
      }
    }
    const appended = `
      insert into ledger.events
      select (jsonb_populate_record(e, '{"offset": 1000, "recorded_at": "infinity"}')).* from ledger.events e limit 1`;
    await expect(owner.query(appended)).rejects.toMatchObject({ constraint: 'events_recorded_at_is_finite' });
  });

  it('keeps how many rows were changed, the login, the statement and the transaction', async () => {
    await owner.query('begin');
    await owner.query(PERMIT);
    await owner.query(`update ledger.events set subject = 'removed' where "offset" = 0`);
    await owner.query('truncate ledger.events');
    const { rows: current } = await owner.query('select pg_current_xact_id()::text as id');
    const { rows } = await owner.query('select * from ledger.break_glass_uses order by use_id');
    const heads = await database.db.selectFrom('ledger.partitions').select('next_offset').execute();
    const touched = heads.filter((head) => head.next_offset > 0n).length;
    expect(rows.map((row) => [row.operation, row.row_count])).toEqual([
      ['open', null],
      ['update', String(touched)],
      ['truncate', String(EVENTS)],
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ session_role: 'postgres', transaction_id: current[0].id, actor });
      expect(row.reason).toContain('INC-17');
    }
    expect(rows[1].statement).toContain(`set subject = 'removed'`);
  });

  it('ends with its transaction, and leaves nothing when that is rolled back', async () => {
    await owner.query('begin');
    await owner.query(PERMIT);
    await owner.query('delete from ledger.events');
    await owner.query('rollback');
    expect(await uses()).toEqual([]);
    await owner.query('begin');
    await owner.query(PERMIT);
    await owner.query(`update ledger.conflicts set data = data`);
    await owner.query('commit'); // on record for good, and the glass is whole again
    expect((await uses()).map((use) => use.operation)).toEqual(['open', 'update']);
    await expect(owner.query('delete from ledger.events')).rejects.toThrow('append-only');
    expect((await owner.query('select from ledger.events')).rowCount).toBe(EVENTS);
  });

  it.each([
    [`select ledger.break_glass('', 'INC-17: a card number')`, 'break_glass_uses_actor_said'],
    [`select ledger.break_glass('ada', 'because')`, 'break_glass_uses_reason_said'],
    [`select ledger.break_glass(null, 'INC-17: a card number')`, 'null value'],
  ])('wants to know who and why: %s', async (statement, problem) => {
    await expect(owner.query(statement)).rejects.toThrow(problem);
  });

  it.each([
    'update ledger.break_glass_uses set actor = actor',
    'delete from ledger.break_glass_uses',
    'truncate ledger.break_glass_uses',
  ])('has no glass in front of its own record: %s', async (statement) => {
    await owner.query('begin');
    await owner.query(PERMIT);
    await expect(owner.query(statement)).rejects.toThrow('refused, always');
  });

  it('is not for a service, even one that a wrong grant gave everything but the ownership', async () => {
    await owner.query('begin'); // grants of this transaction only
    await owner.query(`
      grant usage on schema ledger to settlement_reader;
      grant all on all tables in schema ledger to settlement_reader;
      grant execute on all functions in schema ledger to settlement_reader;
      set local role settlement_reader`);
    await owner.query(PERMIT);
    await expect(owner.query('delete from ledger.events')).rejects.toThrow('append-only');
  });

  it('is not for a service, even one to which a function lends the rights of the owner', async () => {
    await owner.query(`
      create function public.lend(statement text) returns void language plpgsql security definer
      as $$ begin execute statement; end $$`);
    const service = new pg.Client(await test.login('settlement_reader'));
    const lent = (statement: string) => service.query('select public.lend($1)', [statement]);
    await service.connect();
    try {
      await service.query('begin');
      await lent(PERMIT);
      await expect(lent('delete from ledger.events')).rejects.toThrow('append-only');
    } finally {
      await service.end();
    }
  });

  it('is not opened by a row of an earlier transaction that bears the same transaction id', async () => {
    await owner.query('begin');
    await owner.query(`insert into ledger.break_glass_uses (operation, actor, reason, used_at)
                       values ('open', 'ada', 'restored from another server', now() - interval '1 day')`);
    await expect(owner.query('delete from ledger.events')).rejects.toThrow('append-only');
  });

  it('guards every table of the ledger that is not said to be free', async () => {
    const { rows } = await owner.query(`
      select c.relname as name, bool_or(t.tgenabled is distinct from 'A') as weak, count(t.oid)::int4 as triggers
      from pg_class c left join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
      where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p') group by 1`);
    const free = ['migrations', 'migrations_lock'];
    const unguarded = rows.filter((row) => row.weak && !free.includes(row.name)).map((row) => row.name);
    expect(unguarded).toEqual([]);
  });

  it('lets nothing but the counters of a tally be changed without it', async () => {
    const { rows } = await owner.query(`
      select c.relname || '.' || a.attname as free
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_attribute a on a.attrelid = c.oid
      where t.tgfoid = 'ledger.refuse_change'::regproc and cardinality(t.tgattr::int2[]) > 0
        and a.attnum > 0 and not a.attisdropped and a.attnum <> all (t.tgattr::int2[]) order by 1`);
    expect(rows.map((row) => row.free)).toEqual([
      'conflicts.seen',
      'intake.amount_minor',
      'intake.messages',
      'rejections.seen',
    ]);
  });
});
