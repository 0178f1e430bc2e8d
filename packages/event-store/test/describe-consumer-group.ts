/**
 * What a source and a consumer group on it must do, whatever the source: the log, the payout transitions, any other
 * that stands at the log's coordinates. Each package with a source runs this suite for it.
 */
import { type Database, type Service, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger } from '@northwind/testing';
import { type Kysely, sql, type Transaction } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsumedBatch } from '../src/consume/consume-round.ts';
import { type ConsumerOptions, createConsumer } from '../src/consume/consumer.ts';
import { readGroupLag } from '../src/consume/group-lag.ts';
import { pauseGroup, resumeGroup, seekGroup } from '../src/consume/operate-group.ts';
import type { OffsetRange, Source } from '../src/consume/source.ts';
import type { Coordinate } from '../src/coordinate.ts';
import type { LedgerTables } from '../src/tables.ts';

export interface ConsumedWorld<Item extends Coordinate, DB extends LedgerTables> extends AsyncDisposable {
  readonly database: Database<DB>;
  readonly source: Source<Item, DB>;
  /** The channel that is rung when the source has more. */
  readonly doorbell: string;
  /** Adds at least so many items over several partitions. They can be read when it resolves. */
  produce(items: number): Promise<void>;
  /** Where all items stand, found by other means than the source; by partition and offset. */
  stored(): Promise<Coordinate[]>;
}

type Applied = Coordinate & { readonly consumer: string };

const GROUP = 'conformance';
const BATCH = 100;

export function describeConsumerGroup<Item extends Coordinate, DB extends LedgerTables>(
  name: string,
  open: () => Promise<ConsumedWorld<Item, DB>>,
): void {
  describe(`a consumer group on ${name}`, () => {
    let world: ConsumedWorld<Item, DB>;
    let ledger: Kysely<LedgerTables>;
    let running: Service[] = [];

    beforeEach(async () => {
      world = await open();
      ledger = world.database.db as unknown as Kysely<LedgerTables>;
      await world.database.pool.query(
        'create table applied (n int8 generated always as identity, partition int2, "offset" int8, consumer text)',
      );
    });
    afterEach(async () => {
      await Promise.all(running.map((service) => service.stop()));
      running = [];
      await world[Symbol.asyncDispose]();
    });

    const record =
      (consumer: string) =>
      async (trx: Transaction<DB>, { slices }: ConsumedBatch<Item>) => {
        const items = slices.flatMap((slice) => slice.items);
        await sql`
          insert into applied (partition, "offset", consumer)
          select partition, "offset", ${consumer} from unnest(${items.map((item) => item.partition)}::int2[],
            ${items.map((item) => item.offset)}::int8[]) with ordinality as i(partition, "offset", place)
          order by place`.execute(trx);
      };

    async function consume(consumer = 'one', over: Partial<ConsumerOptions<Item, DB>> = {}): Promise<Service> {
      const { database, source, doorbell } = world;
      const logger = silentLogger();
      const apply = record(consumer);
      const batchSizeMax = BATCH;
      const options = { database, source, doorbell, group: GROUP, apply, logger, clock: systemClock, batchSizeMax };
      const service = createConsumer<Item, DB>({ ...options, ...over });
      running.push(service);
      await service.start();
      return service;
    }

    async function applied(): Promise<Applied[]> {
      const { rows } = await world.database.pool.query(
        'select partition, "offset", consumer from applied order by partition, n',
      );
      return rows;
    }
    const bare = (items: readonly Coordinate[]) => items.map(({ partition, offset }) => ({ partition, offset }));

    /** Everything that is stored was applied, once, and in its order within each partition. */
    async function expectAllOnce(): Promise<void> {
      const stored = await world.stored();
      await eventually(async () => expect(await applied()).toHaveLength(stored.length), { timeoutMs: 20_000 });
      await caughtUp();
      expect(bare(await applied())).toEqual(bare(stored));
    }

    const allRanges = async (): Promise<OffsetRange[]> =>
      [...(await world.source.heads(world.database.db))].map(([partition, toOffset]) => {
        return { partition, fromOffset: 0n, toOffset };
      });

    const caughtUp = () =>
      eventually(async () => {
        const heads = await world.source.heads(world.database.db);
        const offsets = new Map((await readGroupLag(ledger, GROUP)).map((lag) => [lag.partition, lag.nextOffset]));
        expect(offsets).toEqual(new Map([...heads].toSorted(([one], [other]) => one - other)));
      });

    it('has nothing to do in an empty source', async () => {
      await consume();
      expect(await world.source.read(world.database.db, await allRanges(), atMost(10))).toEqual({
        items: [],
        cutOff: new Set(),
      });
      await caughtUp();
      expect(await applied()).toEqual([]);
    });

    it('reads within a range and its limit, in order', async () => {
      await world.produce(200);
      const { db } = world.database;
      const { items: whole } = await world.source.read(db, await allRanges(), atMost(10_000));
      expect(bare(whole).toSorted(byCoordinate)).toEqual(bare(await world.stored()));
      for (const [partition, items] of Map.groupBy(whole, (item) => item.partition)) {
        expect(items.map((item) => item.offset)).toEqual(items.map((item) => item.offset).toSorted(byOffset));
        const [first, second, third, fourth] = items;
        if (!first || !second || !third || !fourth) continue;
        const range = { partition, fromOffset: second.offset, toOffset: fourth.offset };
        const all = await world.source.read(db, [range], atMost(100));
        expect([bare(all.items), all.cutOff]).toEqual([bare([second, third]), new Set()]);
        const one = await world.source.read(db, [range], atMost(1));
        expect([bare(one.items), one.cutOff]).toEqual([bare([second]), new Set([partition])]);
      }
    });

    it('never has a head too high: below it nothing appears any more', async () => {
      const { db } = world.database;
      const seen: { readonly ranges: OffsetRange[]; readonly items: Coordinate[] }[] = [];
      let isProducing = true;
      const producing = Promise.all([world.produce(300), world.produce(300)]).finally(() => {
        isProducing = false;
      });
      while (isProducing) {
        const ranges = await allRanges();
        seen.push({ ranges, items: bare((await world.source.read(db, ranges, atMost(10_000))).items) });
      }
      await producing;
      expect(seen.length).toBeGreaterThan(1);
      for (const { ranges, items } of seen) {
        expect(bare((await world.source.read(db, ranges, atMost(10_000))).items)).toEqual(items);
      }
    });

    it('applies a backlog in batches within their bound, each item once and in order', async () => {
      await world.produce(2_000);
      let largest = 0;
      await consume('one', {
        afterCommit: ({ slices }) => {
          largest = Math.max(largest, slices.flatMap((slice) => slice.items).length);
        },
      });
      await expectAllOnce();
      expect(largest).toBeGreaterThan(BATCH / 2);
      // Rounded up to a whole number for each of the eight partitions of a round.
      expect(largest).toBeLessThanOrEqual(BATCH + 8);
    });

    it('applies everything once and in order, with three consumers, while more comes', async () => {
      await world.produce(300);
      await Promise.all([consume('one'), consume('two'), consume('three')]);
      await Promise.all([world.produce(300), world.produce(300)]);
      await expectAllOnce();
    });

    it('applies everything once, though the server ends its sessions in the middle of it', async () => {
      await world.produce(1_500); // enough that there is still a middle after five of them
      const slowly = (consumer: string) => ({
        batchSizeMax: 20,
        apply: async (trx: Transaction<DB>, batch: ConsumedBatch<Item>) => {
          await record(consumer)(trx, batch);
          await sql`select pg_sleep(0.01)`.execute(trx);
        },
      });
      await Promise.all([consume('one', slowly('one')), consume('two', slowly('two'))]);
      for (let kills = 0; kills < 5; kills += 1) {
        await eventually(async () => {
          const { rowCount } = await world.database.pool.query(`
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and query like '%pg_sleep%' and state = 'active'
              and pid <> pg_backend_pid()`);
          return (rowCount ?? 0) > 0;
        });
      }
      await expectAllOnce();
    });

    it('is shared by its members', async () => {
      await world.produce(1_500);
      const slowly = (consumer: string) => ({
        batchSizeMax: 20,
        apply: async (trx: Transaction<DB>, batch: ConsumedBatch<Item>) => {
          await record(consumer)(trx, batch);
          await sql`select pg_sleep(0.01)`.execute(trx);
        },
      });
      await Promise.all([consume('one', slowly('one')), consume('two', slowly('two'))]);
      await expectAllOnce();
      const byOne = (await applied()).filter((item) => item.consumer === 'one').length;
      expect(byOne).toBeGreaterThan(1_500 / 4);
      expect(byOne).toBeLessThan((await applied()).length - 1_500 / 4);
    });

    it('stops a partition at the item that it can not apply, and no other', async () => {
      await world.produce(500);
      const stored = await world.stored();
      const poison = stored[Math.floor(stored.length / 2)];
      if (!poison) throw new Error('nothing was produced');
      const isPoison = (item: Coordinate) => item.partition === poison.partition && item.offset === poison.offset;
      await consume('one', {
        apply: async (trx, batch) => {
          await record('one')(trx, batch);
          if (batch.slices.flatMap((slice) => slice.items).some(isPoison)) throw new Error('can not be applied');
        },
      });
      const expected = stored.filter((item) => item.partition !== poison.partition || item.offset < poison.offset);
      await eventually(async () => expect(bare(await applied())).toEqual(bare(expected)));
      await eventually(async () => {
        const stopped = (await readGroupLag(ledger, GROUP)).filter((lag) => lag.stoppedReason !== null);
        expect(stopped).toMatchObject([
          { partition: poison.partition, stoppedReason: expect.stringContaining('can not') },
        ]);
      });
    });

    it('pauses after the batch under way, and goes on where it was', async () => {
      await world.produce(100);
      await consume();
      await expectAllOnce();
      const before = await applied();
      await pauseGroup(ledger, { group: GROUP, actor: 'ada' });
      await world.produce(100);
      const turn = Promise.withResolvers<void>();
      await consume('two', { onLag: () => turn.resolve() }); // told after a turn
      await turn.promise;
      expect(await applied()).toEqual(before);
      await resumeGroup(ledger, { group: GROUP, actor: 'ada' });
      await expectAllOnce();
    });

    it('applies again from where a seek puts it, and nothing before', async () => {
      await world.produce(200);
      const service = await consume();
      await expectAllOnce();
      await service.stop();
      const stored = await world.stored();
      const [first] = stored;
      if (!first) throw new Error('nothing was produced');
      const { partition } = first;
      const order = { group: GROUP, partition, actor: 'ada', reason: 'a test' };
      await pauseGroup(ledger, order);
      expect(await seekGroup(ledger, { ...order, to: first.offset + 1n })).toMatchObject({ kind: 'sought' });
      await resumeGroup(ledger, order);
      await world.database.pool.query('truncate applied');
      await consume();
      await caughtUp();
      const again = stored.filter((item) => item.partition === partition && item.offset > first.offset);
      expect(bare(await applied())).toEqual(bare(again));
    });
  });
}

const atMost = (itemsPerRange: number) => ({ itemsPerRange, bytesPerRange: Number.MAX_SAFE_INTEGER });
const byOffset = (one: bigint, other: bigint) => Number(one - other);
const byCoordinate = (one: Coordinate, other: Coordinate) =>
  one.partition - other.partition || byOffset(one.offset, other.offset);
