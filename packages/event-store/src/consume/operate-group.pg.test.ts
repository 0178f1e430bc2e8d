import { openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { advanceOffsets } from './advance-offsets.ts';
import { readGroupLag } from './group-lag.ts';
import { pauseGroup, resumeGroup, seekGroup } from './operate-group.ts';
import { registerGroup } from './register-group.ts';
import { stopPartition } from './stop-partition.ts';

const PARTITIONS = 16;
const everything = { group: 'g', actor: 'ada' };
const four = { ...everything, partition: 4, reason: 'a test' };

describe('operating a group', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let db: Kysely<LedgerTables>;
  let head: bigint;

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'group test', connectionsMax: 4 });
    db = database.db;
    await createEventLog(database).append(payments(200, 'a'));
    await registerGroup(db, 'g');
    head = (await lagOfFour()).headOffset;
    expect(head).toBeGreaterThan(5n);
    await advanceOffsets(db, 'g', [{ partition: 4, fromOffset: 0n, nextOffset: 5n }]);
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  async function lagOfFour() {
    const [lag] = (await readGroupLag(db, 'g')).filter(({ partition }) => partition === 4);
    if (!lag) throw new Error('the group has no partition 4');
    return lag;
  }

  /** One transaction with the rights of a role. */
  const as = (role: string, work: (trx: Kysely<LedgerTables>) => Promise<unknown>) =>
    db.transaction().execute(async (trx) => {
      await sql`set local role ${sql.id(role)}`.execute(trx);
      await work(trx);
    });

  const actions = async () =>
    (
      await database.pool.query(
        `select action, partition, from_offset, to_offset, actor, reason
         from ledger.consumer_actions order by action_id`,
      )
    ).rows;

  it('pauses, seeks and resumes, each of it on record', async () => {
    expect(await pauseGroup(db, four)).toEqual([{ partition: 4, nextOffset: 5n }]);
    expect(await pauseGroup(db, four)).toEqual([]);
    expect((await lagOfFour()).pausedAt).not.toBeNull();
    expect(await seekGroup(db, { ...four, to: 2n })).toEqual({
      kind: 'sought',
      partitions: [{ partition: 4, fromOffset: 5n, toOffset: 2n, headOffset: head }],
    });
    expect(await resumeGroup(db, four)).toEqual([{ partition: 4, nextOffset: 2n, stoppedReason: null }]);
    expect(await resumeGroup(db, four)).toEqual([]);
    expect(await lagOfFour()).toMatchObject({ nextOffset: 2n, pausedAt: null });
    const common = { partition: 4, actor: 'ada', reason: 'a test' };
    expect(await actions()).toEqual([
      { action: 'paused', ...common, from_offset: null, to_offset: 5n },
      { action: 'sought', ...common, from_offset: 5n, to_offset: 2n },
      { action: 'resumed', ...common, from_offset: null, to_offset: 2n },
    ]);
  });

  it('acts on all partitions when none is named', async () => {
    expect(await pauseGroup(db, everything)).toHaveLength(PARTITIONS);
    const order = { ...everything, reason: 'a test' };
    expect(await seekGroup(db, { ...order, to: 'end' })).toMatchObject({ kind: 'sought' });
    expect((await readGroupLag(db, 'g')).every(({ lag }) => lag === 0n)).toBe(true);
    expect(await seekGroup(db, { ...order, to: 'beginning' })).toMatchObject({ kind: 'sought' });
    expect((await readGroupLag(db, 'g')).every(({ nextOffset }) => nextOffset === 0n)).toBe(true);
    expect(await resumeGroup(db, everything)).toHaveLength(PARTITIONS);
  });

  it('refuses a seek of a running group, beyond the head, or of what is not there, and moves nothing', async () => {
    expect(await seekGroup(db, { ...four, to: 0n })).toMatchObject({ kind: 'running', partitions: [{ partition: 4 }] });
    await pauseGroup(db, four);
    expect(await seekGroup(db, { ...four, to: head + 1n })).toMatchObject({ kind: 'outside' });
    expect(await seekGroup(db, { ...everything, reason: 'all', to: 0n })).toMatchObject({ kind: 'running' });
    expect(await seekGroup(db, { ...four, partition: 99, to: 0n })).toEqual({ kind: 'unknown' });
    await expect(seekGroup(db, { ...four, to: 0n, reason: ' ' })).rejects.toMatchObject({
      constraint: 'consumer_actions_seek_has_reason',
    });
    expect(await lagOfFour()).toMatchObject({ nextOffset: 5n });
  });

  it('moves a stopped partition, which stays stopped until it is resumed', async () => {
    await stopPartition(db, { group: 'g', partition: 4, fromOffset: 5n, reason: 'poison' });
    expect(await seekGroup(db, { ...four, to: 6n })).toMatchObject({ kind: 'sought' });
    expect(await lagOfFour()).toMatchObject({ nextOffset: 6n, stoppedReason: 'poison' });
    expect(await resumeGroup(db, four)).toEqual([{ partition: 4, nextOffset: 6n, stoppedReason: 'poison' }]);
  });

  it('waits for the batch under way: a pause comes after it', async () => {
    const order: string[] = [];
    let pausing: Promise<unknown> = Promise.resolve();
    await db.transaction().execute(async (trx) => {
      await advanceOffsets(trx, 'g', [{ partition: 4, fromOffset: 5n, nextOffset: 6n }]);
      pausing = pauseGroup(db, four).then(([paused]) => order.push(`paused at ${paused?.nextOffset}`));
      await sql`
        do $$ begin
          while not exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%pause_group%')
          loop perform pg_sleep(0.01); perform pg_stat_clear_snapshot(); end loop;
        end $$`.execute(trx);
      order.push('committed');
    });
    await pausing;
    expect(order).toEqual(['committed', 'paused at 6']);
  });

  const move = (next: bigint) => (trx: Kysely<LedgerTables>) =>
    sql`update ledger.consumer_offsets set next_offset = ${next} where consumer_group = 'g' and partition = 4`.execute(
      trx,
    );

  it.each(['settlement_consumer', 'postgres'])('lets %s move an offset by consuming only', async (role) => {
    // An order permits what it says once, in its own transaction.
    await pauseGroup(db, four);
    await seekGroup(db, { ...four, to: 2n });
    await resumeGroup(db, four);
    await advanceOffsets(db, 'g', [{ partition: 4, fromOffset: 2n, nextOffset: 5n }]);
    await expect(as(role, move(2n))).rejects.toMatchObject({ code: '42501' });
    await expect(as(role, move(4n))).rejects.toMatchObject({ code: '42501' });
    await expect(as(role, move(head + 1n))).rejects.toThrow('beyond the head');
    await expect(
      as(role, (trx) => sql`insert into ledger.consumer_offsets values ('new', 4, 1)`.execute(trx)),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(
      as(role, (trx) => sql`update ledger.consumer_offsets set paused_at = now()`.execute(trx)),
    ).rejects.toMatchObject({ code: '42501' });
    await as(role, move(6n));
    await pauseGroup(db, four);
    await expect(as(role, move(7n))).rejects.toMatchObject({ code: '42501' });
    for (const change of ['paused_at = null', 'partition = 99', `consumer_group = 'another'`]) {
      const statement = `update ledger.consumer_offsets set ${change} where consumer_group = 'g' and partition = 4`;
      await expect(as(role, (trx) => sql.raw(statement).execute(trx))).rejects.toMatchObject({ code: '42501' });
    }
    await stopPartition(db, { group: 'g', partition: 4, fromOffset: 6n, reason: 'poison' });
    await expect(
      as(role, (trx) => sql`update ledger.consumer_offsets set stopped_at = null, stopped_reason = null`.execute(trx)),
    ).rejects.toMatchObject({ code: '42501' });
    expect(await lagOfFour()).toMatchObject({ nextOffset: 6n, stoppedReason: 'poison' });
  });

  it.each(['settlement_consumer', 'postgres'])('lets %s begin no partition that is not there', async (role) => {
    for (const partition of [-1, PARTITIONS, 99]) {
      const begin = (trx: Kysely<LedgerTables>) =>
        sql`insert into ledger.consumer_offsets (consumer_group, partition) values ('new', ${partition})`.execute(trx);
      const refusal = { code: '42501', message: expect.stringContaining('the log has no such partition') };
      await expect(as(role, begin)).rejects.toMatchObject(refusal);
    }
    await as(role, (trx) => registerGroup(trx, 'new'));
    expect(await readGroupLag(db, 'new')).toHaveLength(PARTITIONS);
  });

  it('holds each partition against its own head in a seek of all, beside rows of no partition', async () => {
    await database.pool.query(`
      begin; alter table ledger.consumer_offsets disable trigger consumer_offsets_move_by_consuming;
      insert into ledger.consumer_offsets (consumer_group, partition) values ('g', -1), ('g', 99);
      alter table ledger.consumer_offsets enable always trigger consumer_offsets_move_by_consuming; commit`);
    await pauseGroup(db, everything);
    const order = { ...everything, reason: 'a test' };
    const outcome = await seekGroup(db, { ...order, to: 'end' });
    if (outcome.kind !== 'sought') throw new Error(outcome.kind);
    const heads = new Map((await readGroupLag(db, 'g')).map(({ partition, headOffset }) => [partition, headOffset]));
    expect(outcome.partitions.map(({ partition, toOffset }) => [partition, toOffset])).toEqual([
      [-1, 0n],
      ...Array.from({ length: PARTITIONS }, (_, partition) => [partition, heads.get(partition)]),
      [99, 0n],
    ]);
    expect(await seekGroup(db, { ...order, to: 1n })).toMatchObject({
      kind: 'outside',
      partitions: expect.arrayContaining([expect.objectContaining({ partition: 99, headOffset: 0n })]),
    });
    expect(await seekGroup(db, { ...order, to: 'beginning' })).toMatchObject({ kind: 'sought' });
    expect((await readGroupLag(db, 'g')).every(({ nextOffset }) => nextOffset === 0n)).toBe(true);
  });

  it('is for the operator only, who can do nothing else', async () => {
    await expect(as('settlement_consumer', (trx) => pauseGroup(trx, four))).rejects.toMatchObject({ code: '42501' });
    await expect(as('settlement_consumer', (trx) => seekGroup(trx, { ...four, to: 0n }))).rejects.toMatchObject({
      code: '42501',
    });
    await as('settlement_operator', async (trx) => {
      await pauseGroup(trx, four);
      expect(await seekGroup(trx, { ...four, to: 0n })).toMatchObject({ kind: 'sought' });
      await resumeGroup(trx, four);
      expect(await readGroupLag(trx, 'g')).toHaveLength(PARTITIONS);
    });
    await expect(as('settlement_operator', move(6n))).rejects.toMatchObject({ code: '42501' });
  });

  it('tells the lag in events, and in seconds since the oldest of them was appended', async () => {
    await database.pool.query('alter table ledger.events disable trigger all');
    await database.pool.query(
      `update ledger.events set recorded_at = recorded_at - interval '1 hour' where partition = 4 and "offset" = 5`,
    );
    const before = await lagOfFour();
    expect(before.lag).toBe(head - 5n);
    expect(before.lagSeconds).toBeGreaterThan(3_599);
    expect(before.lagSeconds).toBeLessThan(3_700);
    await advanceOffsets(db, 'g', [{ partition: 4, fromOffset: 5n, nextOffset: 6n }]);
    expect((await lagOfFour()).lagSeconds).toBeLessThan(60);
    await advanceOffsets(db, 'g', [{ partition: 4, fromOffset: 6n, nextOffset: head }]);
    expect(await lagOfFour()).toMatchObject({ lag: 0n, lagSeconds: 0 });
  });
});
