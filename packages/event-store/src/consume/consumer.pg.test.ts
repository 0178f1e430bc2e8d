import { createHealth, openDatabase, type Service, systemClock } from '@northwind/service-kit';
import { eventually, recordingLogger, silentLogger, type TestDatabase, testDatabase } from '@northwind/testing';
import { sql, type Transaction } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { createEventLog, type EventLog } from '../append/event-log.ts';
import { createDoorbell, DOORBELL_LEDGER } from '../doorbell/doorbell.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import type { ConsumedBatch } from './consume-round.ts';
import { type ConsumerOptions, createConsumer } from './consumer.ts';
import { readGroupLag } from './group-lag.ts';
import { type LoggedEvent, logSource } from './log-source.ts';
import { resumeGroup } from './operate-group.ts';

type Tables = LedgerTables & { applied: { partition: number; offset: bigint; subject: string } };

describe('consumer', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<Tables>>;
  let log: EventLog;
  let running: Service[] = [];

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'consumer test', connectionsMax: 12 });
    log = createEventLog(database);
    await database.pool.query(
      'create table applied (n int8 generated always as identity, partition int2, "offset" int8, subject text)',
    );
  });
  afterEach(async () => {
    await Promise.all(running.map((service) => service.stop()));
    running = [];
    await database.close();
    await test.drop();
  });

  async function record(trx: Transaction<Tables>, batch: ConsumedBatch<LoggedEvent>): Promise<void> {
    const rows = batch.slices
      .flatMap((s) => s.items)
      .map(({ partition, offset, subject }) => ({ partition, offset, subject }));
    if (rows.length > 0) await trx.insertInto('applied').values(rows).execute();
  }

  async function consume(over: Partial<ConsumerOptions<LoggedEvent, Tables>> = {}): Promise<Service> {
    const service = createConsumer<LoggedEvent, Tables>({
      database,
      group: 'g',
      source: logSource as unknown as ConsumerOptions<LoggedEvent, Tables>['source'],
      apply: record,
      doorbell: DOORBELL_LEDGER,
      logger: silentLogger(),
      clock: systemClock,
      batchSizeMax: 100,
      ...over,
    });
    running.push(service);
    await service.start();
    return service;
  }

  const applied = async () =>
    (await database.db.selectFrom('applied').selectAll().orderBy(sql`n`).execute()) as Tables['applied'][];
  const lag = async () => (await readGroupLag(database.db as never, 'g')).reduce((sum, g) => sum + g.lag, 0n);

  it('applies everything exactly once and in order within each partition, with three consumers', async () => {
    await log.append(payments(1_000, 'a'));
    await Promise.all([consume(), consume(), consume()]);
    await log.append(payments(1_000, 'b'));
    await eventually(async () => expect(await lag()).toBe(0n));
    const rows = await applied();
    expect(rows).toHaveLength(2_000);
    for (const [, own] of Map.groupBy(rows, (row) => row.partition)) {
      expect(own.map((row) => row.offset)).toEqual(own.map((_, i) => BigInt(i)));
    }
  });

  it('commits the offset with the work: what fails leaves neither', async () => {
    let failures = 3;
    await log.append(payments(50, 'a'));
    await consume({
      apply: async (trx, batch) => {
        await record(trx, batch);
        failures -= 1;
        if (failures >= 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      },
    });
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(50);
    expect(failures).toBeLessThan(0);
  });

  it('stops one partition at the event that can not be applied, loudly, and goes on with the others', async () => {
    const health = createHealth();
    const { logger, lines } = recordingLogger();
    await log.append(payments(800, 'a'));
    // So far up that other partitions end below it: whoever stops a partition too many stops those.
    const { rows } = await sql<{ partition: number; offset: bigint; subject: string }>`
      select partition, "offset", subject from ledger.events order by "offset" desc offset 3 limit 1`.execute(
      database.db,
    );
    const [poison] = rows;
    if (!poison) throw new Error('the poison event is not there');
    await consume({
      health,
      logger,
      apply: async (trx, batch) => {
        await record(trx, batch);
        const items = batch.slices.flatMap((slice) => slice.items);
        if (items.some((item) => item.subject === poison.subject)) throw new Error('cannot fold this');
      },
    });
    await eventually(async () => {
      const groups = await readGroupLag(database.db as never, 'g');
      expect(groups.filter((g) => g.lag > 0n).map((g) => g.partition)).toEqual([poison.partition]);
      expect(groups.filter((g) => g.stoppedReason !== null).map((g) => g.partition)).toEqual([poison.partition]);
      expect(groups.find((g) => g.partition === poison.partition)).toMatchObject({
        nextOffset: poison.offset,
        stoppedReason: `event ${poison.partition}:${poison.offset}: cannot fold this`,
      });
    });
    await eventually(() => expect(health.ready()).toBe(false));
    const restarted = createHealth();
    await consume({ health: restarted });
    await eventually(() => expect(restarted.components()[0]?.detail).toContain('cannot fold this'));
    expect(lines.find((line) => line.event === 'consumer.stopped')).toMatchObject({
      coordinate: `${poison.partition}:${poison.offset}`,
    });
    const rowsApplied = await applied();
    expect(new Set(rowsApplied.map((row) => row.subject)).size).toBe(rowsApplied.length);
  });

  it('goes on at the event that stopped it when somebody says so, which is recorded', async () => {
    let mended = false;
    await log.append(payments(60, 'a'));
    await consume({
      apply: async (trx, batch) => {
        const items = batch.slices.flatMap((slice) => slice.items);
        if (!mended && items.some((item) => item.subject === 'a_7')) throw new Error('not yet');
        await record(trx, batch);
      },
    });
    const stopped = async () => (await readGroupLag(database.db as never, 'g')).filter((g) => g.stoppedReason);
    await eventually(async () => expect(await stopped()).toHaveLength(1));
    mended = true;
    const [{ partition, nextOffset } = { partition: -1, nextOffset: -1n }] = await stopped();
    const order = { group: 'g', partition, actor: 'ada' };
    expect(await resumeGroup(database.db as never, order)).toMatchObject([{ partition, nextOffset }]);
    expect(await resumeGroup(database.db as never, order)).toEqual([]);
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(60);
    const { rows } = await database.pool.query('select action, actor, to_offset from ledger.consumer_actions');
    expect(rows).toEqual([{ action: 'resumed', actor: 'ada', to_offset: nextOffset }]);
  });

  it('stops nothing for what would fail every event alike: it waits, loudly, and goes on by itself', async () => {
    const health = createHealth();
    await log.append(payments(60, 'a'));
    await database.pool.query('alter table applied rename to applied_away');
    await consume({ health });
    await eventually(() => expect(health.components()[0]?.detail).toContain('applied'));
    await database.pool.query('alter table applied_away rename to applied');
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(60);
  });

  it('reads on over no hole: an event that is missing below the head stops its partition, loudly', async () => {
    await log.append(payments(50, 'a'));
    await database.pool.query('alter table ledger.events disable trigger all');
    await database.pool.query('delete from ledger.events where partition = 4 and "offset" = 1');
    const { rows } = await database.pool.query(`
      delete from ledger.events where partition = 6
        and "offset" = (select next_offset - 1 from ledger.partitions where partition = 6)
      returning "offset"`);
    const last = rows[0]?.offset as bigint;
    await consume();
    await eventually(async () => {
      const behind = (await readGroupLag(database.db as never, 'g')).filter((g) => g.lag > 0n);
      expect(behind).toMatchObject([
        { partition: 4, nextOffset: 1n, stoppedReason: expect.stringContaining('no event at 4:1') },
        { partition: 6, stoppedReason: expect.stringContaining(`no event at 6:${last}`) },
      ]);
    });
  });

  const ofOneMerchant = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      event: payment({ paymentId: `one_${i}`, merchantId: 'mer_001' }), // of partition 4
      messageId: null,
    }));

  it.each([
    ['a hole', 'delete from ledger.events', 'no event at 4:5'],
    ['a row that can not be read', `update ledger.events set recorded_at = '0044-03-15 BC'`, 'BC'],
  ])('reads up to %s, applies what stands before it and stops exactly there', async (_, damage, says) => {
    const { logger, lines } = recordingLogger();
    await log.append(ofOneMerchant(20));
    await database.pool.query('alter table ledger.events disable trigger all');
    await database.pool.query(`${damage} where partition = 4 and "offset" = 5`);
    await consume({ logger });
    await eventually(async () => {
      const behind = (await readGroupLag(database.db as never, 'g')).filter((g) => g.lag > 0n);
      expect(behind).toMatchObject([{ partition: 4, stoppedReason: expect.stringContaining(says) }]);
    });
    expect((await readGroupLag(database.db as never, 'g'))[4]?.nextOffset).toBe(5n);
    expect((await applied()).map((row) => row.offset)).toEqual([0n, 1n, 2n, 3n, 4n]);
    const stops = lines.filter((line) => line.event === 'consumer.stopped');
    expect(stops).toMatchObject([{ coordinate: '4:5' }]);
  });

  it('goes on with the others in every second turn while it looks for the event that can not be applied', async () => {
    await log.append(payments(1_600, 'a'));
    const turns: number[] = [];
    await consume({
      apply: async (trx, batch) => {
        turns.push(batch.slices.length);
        await record(trx, batch);
        if (turns.length === 1) throw new Error('one of these');
      },
    });
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(turns.slice(0, 7)).toEqual([8, 1, 8, 1, 8, 1, 8]);
    expect(await applied()).toHaveLength(1_600);
  });

  it('stops nothing, and says nothing of a stop, where others have moved the group on meanwhile', async () => {
    const { logger, lines } = recordingLogger();
    await log.append(payments(1, 'a'));
    await database.pool.query(`
      create function hold_stop() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(1); return null; end $$;
      create trigger hold_stop before update of stopped_at on ledger.consumer_offsets
        for each statement execute function hold_stop()`); // so it waits before it has locked a row
    const holder = await database.pool.connect();
    await holder.query('select pg_advisory_lock(1)');
    await consume({
      logger,
      apply: async (trx, batch) => {
        await record(trx, batch);
        if (batch.slices.some((slice) => slice.fromOffset === 0n)) throw new Error('cannot fold this');
      },
    });
    const stopping = `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
    await eventually(async () => expect((await database.pool.query(stopping)).rowCount).toBe(1));
    await holder.query(`update ledger.consumer_offsets set next_offset = 1
                        where consumer_group = 'g' and partition = (select partition from ledger.events)`);
    await holder.query('select pg_advisory_unlock(1)');
    holder.release();
    await eventually(async () => expect(await lag()).toBe(0n));
    await log.append(payments(1, 'b'));
    await eventually(async () => expect((await applied()).map((row) => row.subject)).toEqual(['b_0']));
    expect(lines.filter((line) => line.event === 'consumer.stopped')).toEqual([]);
  });

  it('takes no more bytes a turn than its bound, and all of a backlog in the end', async () => {
    const more = { note: 'x'.repeat(100_000) };
    const large = Array.from({ length: 40 }, (_, i) => payment({ paymentId: `large_${i}`, more }));
    await log.append(large.map((event) => ({ event, messageId: null })));
    const bytes: number[] = [];
    await consume({
      batchBytesMax: 1_000_000,
      afterCommit: ({ slices }) => {
        const items = slices.flatMap((slice) => slice.items);
        bytes.push(items.reduce((sum, item) => sum + JSON.stringify(item.data).length, 0));
      },
    });
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(40);
    expect(Math.max(...bytes)).toBeLessThan(1_000_000);
    expect(Math.max(...bytes)).toBeGreaterThan(800_000);
  });

  it('takes half as much after a turn that took too long, down to what there is time for', async () => {
    const { logger, lines } = recordingLogger();
    const url = test.url;
    await using hurried = openDatabase<Tables>({
      url,
      applicationName: 'hurried',
      connectionsMax: 4,
      limits: { statementMs: 150 },
    });
    await log.append(payments(400, 'a'));
    await consume({
      database: hurried,
      logger,
      batchSizeMax: 400,
      apply: async (trx, batch) => {
        await record(trx, batch);
        const items = batch.slices.flatMap((slice) => slice.items).length;
        if (items > 60) await sql`select pg_sleep(10)`.execute(trx); // is cancelled
      },
    });
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(400);
    const shrunk = lines.filter((line) => line.event === 'consumer.turn_shrunk');
    expect(shrunk.length).toBeGreaterThan(0);
    await Promise.all(running.map((service) => service.stop()));
  });

  it('takes half as much after a transaction that the server ended because it waited too long', async () => {
    const { logger, lines } = recordingLogger();
    await using hurried = openDatabase<Tables>({
      url: test.url,
      applicationName: 'hurried',
      connectionsMax: 4,
      limits: { idleInTransactionMs: 100 },
    });
    let skippedMs = 0; // the server is hurried, so the clock is, too
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + skippedMs };
    await log.append(payments(200, 'a'));
    const alive = `select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;
    await consume({
      database: hurried,
      logger,
      clock,
      batchSizeMax: 200,
      apply: async (trx, batch) => {
        await record(trx, batch);
        if (batch.slices.flatMap((slice) => slice.items).length <= 60) return;
        await eventually(async () => (await database.pool.query(alive)).rowCount === 0);
        skippedMs += 15_000;
      },
    });
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(200);
    expect(lines.some((line) => line.event === 'consumer.turn_shrunk')).toBe(true);
    await Promise.all(running.map((service) => service.stop()));
  });

  it('hears the doorbell', async () => {
    await consume();
    const doorbell = createDoorbell({ database, channel: DOORBELL_LEDGER, logger: silentLogger() });
    await log.append(payments(10, 'a'));
    doorbell.ring();
    await eventually(async () => expect(await lag()).toBe(0n), { timeoutMs: 400 });
    await doorbell.close();
  });

  it('survives the loss of all its connections', async () => {
    await consume();
    await log.append(payments(10, 'a'));
    await eventually(async () => expect(await lag()).toBe(0n));
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await log.append(payments(10, 'b'));
    await eventually(async () => expect(await lag()).toBe(0n));
    expect(await applied()).toHaveLength(20);
  });
});
