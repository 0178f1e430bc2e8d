import { systemClock } from '@northwind/service-kit';
import { eventually, fakeClock, recordingLogger, silentLogger } from '@northwind/testing';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { openSealedLog, type SealedLog } from '../../test/sealed-log.ts';
import { readGroupLag } from '../consume/group-lag.ts';
import { createSealer, SEAL_GROUP } from './create-sealer.ts';
import { createSealSource } from './seal-source.ts';

/** In pg_trigger.tgtype. */
const ON_INSERT = 4;

describe('sealer', () => {
  let sealed: SealedLog;

  beforeEach(async () => {
    sealed = await openSealedLog();
  });
  afterEach(() => sealed[Symbol.asyncDispose]());

  const seals = async () => {
    const { rows } = await sql<{ partition: number; block: bigint; events: bigint }>`
      select partition, block, next_offset - from_offset as events from ledger.seals order by 1, 2`.execute(
      sealed.database.db,
    );
    return rows;
  };

  it('seals every event once, in blocks of at most what it was told', async () => {
    await sealed.log.append(payments(1_000, 'a'));
    await sealed.seal(64);
    const rows = await seals();
    expect(rows.reduce((sum, { events }) => sum + events, 0n)).toBe(1_000n);
    expect(Math.max(...rows.map(({ events }) => Number(events)))).toBeLessThanOrEqual(64);
    expect(Math.max(...rows.map(({ block }) => Number(block)))).toBeGreaterThan(0);
    expect(await sealed.verify()).toMatchObject({ events: 1_000, unsealed: 0n, findings: [] });
  });

  it('shares the partitions with others, and the chains stay whole when one is stopped', async () => {
    const make = () =>
      createSealer({
        database: sealed.database,
        logger: silentLogger(),
        clock: systemClock,
        collectMs: 1,
        eventsMax: 40,
      });
    const sealers = [make(), make()];
    await Promise.all(sealers.map((sealer) => sealer.start()));
    try {
      for (let i = 0; i < 10; i += 1) {
        await sealed.log.append(payments(100, `a${i}`));
        if (i === 5) await sealers[0]?.stop();
      }
      const lag = async () => (await readGroupLag(sealed.database.db, SEAL_GROUP)).map((each) => each.lag);
      await eventually(async () => (await lag()).every((each) => each === 0n));
    } finally {
      await Promise.all(sealers.map((sealer) => sealer.stop()));
    }
    expect(await sealed.verify()).toMatchObject({ events: 1_000, unsealed: 0n, findings: [] });
  });

  it('collects: heads stand still until it is time, so that thin traffic is not a block an event', async () => {
    const clock = fakeClock();
    const source = createSealSource({ clock, collectMs: 1_000 });
    const head = async () => (await source.heads(sealed.database.db)).get(4);
    const append = (id: string) => sealed.log.append([{ event: payment({ paymentId: id }), messageId: null }]);
    await append('first');
    expect(await head()).toBe(1n);
    await append('second');
    await clock.advance(999);
    expect(await head()).toBe(1n);
    await clock.advance(1);
    expect(await head()).toBe(2n);
  });

  it.each(["update ledger.seals set root = sha256('')", 'delete from ledger.seals', 'truncate ledger.seals'])(
    'leaves seals that nobody may change, the owner included: %s',
    async (statement) => {
      await sealed.log.append(payments(10, 'a'));
      await sealed.seal();
      await expect(sealed.database.pool.query(statement)).rejects.toThrow('append-only');
    },
  );

  it.each([
    ['a block after another end', 'next_offset, next_offset + 1, sealed_at, root, root'],
    ['a block that leaves a gap', 'next_offset + 1, next_offset + 2, sealed_at, root, hash'],
    ['a second beginning', '0, 1, sealed_at, root, null'],
  ])('can not fork or tear the chain: %s', async (_, columns) => {
    await sealed.log.append([{ event: payment({ paymentId: 'a' }), messageId: null }]);
    await sealed.seal();
    const fork = `insert into ledger.seals (partition, block, from_offset, next_offset, sealed_at, root, previous, hash,
                  leaf_prefixes) select partition, 1, ${columns}, sha256('x'), '\\x0011223344556677' from ledger.seals`;
    await expect(sealed.database.pool.query(fork)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  });

  it('seals nothing on over seals that were taken away: its partition stops, loudly', async () => {
    await sealed.log.append([{ event: payment({ paymentId: 'a' }), messageId: null }]);
    await sealed.seal();
    await sealed.tamper('delete from ledger.seals');
    await sealed.log.append([{ event: payment({ paymentId: 'b' }), messageId: null }]);
    const { logger, lines } = recordingLogger();
    const sealer = createSealer({ database: sealed.database, logger, clock: systemClock, collectMs: 1 });
    await sealer.start();
    try {
      await eventually(async () => {
        const [lag] = (await readGroupLag(sealed.database.db, SEAL_GROUP)).filter(({ partition }) => partition === 4);
        return lag?.stoppedReason?.includes('settle verify') === true;
      });
    } finally {
      await sealer.stop();
    }
    expect(lines.map((line) => line.event)).toContain('consumer.stopped');
    expect(await seals()).toEqual([]);
  });

  it('runs with the rights of its role and with no others', async () => {
    await sealed.log.append(payments(100, 'a'));
    const pool = sealed.database.pool;
    await pool.query(`alter database ${new URL(sealed.url).pathname.slice(1)} set role settlement_sealer`);
    await using restricted = await sealed.reopen();
    const sealer = createSealer({ database: restricted, logger: silentLogger(), clock: systemClock, collectMs: 1 });
    await sealer.start();
    try {
      await eventually(async () => (await seals()).reduce((sum, { events }) => sum + events, 0n) === 100n);
    } finally {
      await sealer.stop();
    }
    for (const statement of ['delete from ledger.seals', 'update ledger.partitions set next_offset = 0']) {
      await expect(restricted.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('asks nothing of the append: no trigger, index or lock of its tables is the sealer’s', async () => {
    const { rows } = await sealed.database.pool.query(`
      select conname from pg_constraint where conrelid = 'ledger.seals'::regclass and contype = 'f'
        and confrelid <> 'ledger.seals'::regclass`);
    expect(rows).toEqual([]);
    const { rows: triggers } = await sealed.database.pool.query(`
      select tgrelid::regclass::text || ' ' || tgname as fired from pg_trigger
      where not tgisinternal and tgrelid in ('ledger.events'::regclass, 'ledger.intake'::regclass)
        and tgtype & ${ON_INSERT} <> 0`);
    expect(triggers).toEqual([]);
    const { rows: indexes } = await sealed.database.pool.query(
      "select indexname from pg_indexes where schemaname = 'ledger' and tablename = 'events' order by 1",
    );
    expect(indexes.map(({ indexname }) => indexname)).toEqual(['events_idempotency_key_unique', 'events_pk']);
  });
});
