import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openDatabase, type Service, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, type TestDatabase, testDatabase } from '@northwind/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payments } from '../../test/events.ts';
import { APPLIED_TABLE, recordSlowly } from '../../test/record-slowly.ts';
import { createEventLog } from '../append/event-log.ts';
import { DOORBELL_LEDGER } from '../doorbell/doorbell.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { createConsumer } from './consumer.ts';
import { logSource } from './log-source.ts';

const CONSUMER_PROCESS = new URL('../../test/consumer-process.ts', import.meta.url).pathname;
/** More than is applied while a test lasts, in every partition. */
const BACKLOG = 12_000;

describe('shares', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let running = new Map<string, Service>();
  let children = new Map<string, ChildProcess>();

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'shares test', connectionsMax: 24 });
    await database.pool.query(APPLIED_TABLE);
    const log = createEventLog(database);
    const backlog = payments(BACKLOG, 'a', 500);
    for (let from = 0; from < BACKLOG; from += 1_000) await log.append(backlog.slice(from, from + 1_000));
  });
  afterEach(async () => {
    for (const child of children.values()) await kill(child);
    await Promise.all([...running.values()].map((service) => service.stop()));
    children = new Map();
    running = new Map();
    await database.close();
    await test.drop();
  });

  async function join(name: string): Promise<void> {
    const consumer = createConsumer({
      database,
      group: 'g',
      source: logSource,
      doorbell: DOORBELL_LEDGER,
      logger: silentLogger(),
      clock: systemClock,
      ...recordSlowly(name),
    });
    running.set(name, consumer);
    await consumer.start();
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  const now = async () => (await database.pool.query('select clock_timestamp() as now')).rows[0].now as string;

  /** What each has applied in the second that begins a second after `since`; partitions, how many of them moved. */
  async function measure(since: string) {
    const window = `at >= $1::timestamptz + interval '1 s' and at < $1::timestamptz + interval '2 s'`;
    await eventually(
      async () =>
        (await database.pool.query(`select clock_timestamp() > $1::timestamptz + interval '2.2 s' as over`, [since]))
          .rows[0].over as boolean,
    );
    const shares = await database.pool.query(
      `select consumer, count(*)::int4 as items from applied where ${window} group by 1 order by 1`,
      [since],
    );
    const moved = await database.pool.query(
      `select count(distinct partition)::int4 as n from applied where ${window}`,
      [since],
    );
    return {
      shares: Object.fromEntries(shares.rows.map((row) => [row.consumer, row.items])) as Record<string, number>,
      partitions: moved.rows[0].n as number,
    };
  }

  /** Each between half and twice an equal share (a busy machine is not fair itself), and no partition waits. */
  function expectFair({ shares, partitions }: Awaited<ReturnType<typeof measure>>, names: readonly string[]): void {
    expect(Object.keys(shares)).toEqual(names);
    const items = Object.values(shares);
    const equal = items.reduce((sum, each) => sum + each, 0) / items.length;
    expect(Math.min(...items), JSON.stringify(shares)).toBeGreaterThan(equal / 2);
    expect(Math.max(...items), JSON.stringify(shares)).toBeLessThan(equal * 2);
    expect(partitions).toBe(16);
  }

  async function expectOnce(): Promise<void> {
    const { rows } = await database.pool.query('select from applied group by partition, "offset" having count(*) > 1');
    expect(rows).toEqual([]);
  }

  it.each([2, 3, 5])(
    'are equal within a second of %i consumers having joined, and of one having left',
    async (count) => {
      const names = Array.from({ length: count }, (_, i) => `consumer ${i + 1}`);
      for (const name of names) await join(name);
      expectFair(await measure(await now()), names);
      await running.get('consumer 1')?.stop();
      expectFair(await measure(await now()), names.slice(1));
      await expectOnce();
    },
  );

  it('are equal within a second of a process having been killed with -9', async () => {
    const names = ['one', 'three', 'two'];
    for (const name of names) {
      const child = spawn(process.execPath, [CONSUMER_PROCESS, test.url, name], { stdio: 'inherit' });
      children.set(name, child);
    }
    await eventually(async () => {
      const { rows } = await database.pool.query('select count(distinct consumer)::int4 as n from applied');
      return rows[0].n === names.length;
    });
    expectFair(await measure(await now()), names);
    const victim = children.get('two');
    if (victim) await kill(victim);
    expectFair(await measure(await now()), ['one', 'three']);
    await expectOnce();
  });
});
