import type { EventLog } from '@northwind/event-store';
import { partitionOf } from '@northwind/events';
import { eventually } from '@northwind/testing';
import { expect, test } from 'vitest';
import type { MessageQueue } from '../src/index.ts';
import { bodyOf, openStage } from './open-stage.ts';

const PARTITIONS = 16;
const partitionsOf = (events: Parameters<EventLog['append']>[0]) =>
  new Set(events.map(({ event }) => partitionOf(event.merchantId, PARTITIONS)));

test('keeps each merchant’s order with four appends under way of which some fail', async () => {
  const received: string[] = [];
  const underWay: Set<number>[] = [];
  const shared: number[] = [];
  let most = 0;
  let calls = 0;
  const watchLog = (log: EventLog): EventLog => ({
    ...log,
    async append(events) {
      const own = partitionsOf(events);
      shared.push(...[...own].filter((partition) => underWay.some((other) => other.has(partition))));
      underWay.push(own);
      most = Math.max(most, underWay.length);
      calls += 1;
      const isLost = calls % 5 === 0;
      try {
        if (isLost && calls % 2 === 0) throw new Error('the connection was lost before the commit');
        const outcomes = await log.append(events);
        if (isLost) throw new Error('the connection was lost after the commit');
        return outcomes;
      } finally {
        underWay.splice(underWay.indexOf(own), 1);
      }
    },
  });
  await using stage = await openStage({ watchLog, visibilitySeconds: 30 });
  const queue: MessageQueue = {
    ...stage.queue,
    async receive(signal) {
      const messages = await stage.queue.receive(signal);
      received.push(...messages.map(({ messageId }) => messageId));
      return messages;
    },
  };
  const count = 1_000;
  await stage.send(Array.from({ length: count }, (_, n) => ({ body: bodyOf(n) })));
  await stage.write({ queue, batchSizeMax: 10, flushMs: 1 });
  await eventually(async () => expect(await stage.logged()).toHaveLength(count), { timeoutMs: 25_000 });

  expect(received).toHaveLength(count);
  const byMerchant = Object.groupBy(await stage.logged(), (row) => row.merchant_id);
  for (const rows of Object.values(byMerchant)) {
    const places = (rows ?? []).map((row) => received.indexOf(row.message_id ?? ''));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
  expect(shared).toEqual([]);
  expect(most).toBeGreaterThan(1);
});

test('with one partition’s head locked by somebody else, the events of all others are committed', async () => {
  await using stage = await openStage({ visibilitySeconds: 30 });
  const isLocked = (merchantId: string) => partitionOf(merchantId, PARTITIONS) === partitionOf('mer_0', PARTITIONS);
  const count = 400;
  const locked = Array.from({ length: count }, (_, n) => n).filter((n) => isLocked(`mer_${n % 20}`)).length;
  const holder = await stage.database.pool.connect();
  try {
    await holder.query('begin');
    const head = 'select from ledger.partitions where partition = $1 for update';
    await holder.query(head, [partitionOf('mer_0', PARTITIONS)]);
    await stage.send(Array.from({ length: count }, (_, n) => ({ body: bodyOf(n) })));
    await stage.write();
    await eventually(async () => expect(await stage.logged()).toHaveLength(count - locked));
    await eventually(async () => expect(await stage.countMessages()).toBe(locked));
    expect((await stage.logged()).filter((row) => isLocked(row.merchant_id))).toEqual([]);
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  await eventually(async () => expect(await stage.tallies()).toEqual({ appended: count }), { timeoutMs: 15_000 });
  await eventually(async () => expect(await stage.countMessages()).toBe(0));
});
