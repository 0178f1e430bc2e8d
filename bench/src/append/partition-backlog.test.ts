import { expect, it } from 'vitest';
import { PartitionBacklog } from './partition-backlog.ts';

const items = (...partitions: number[]) => partitions.map((partition, n) => ({ partition, n }));
const backlogOf = (arrivals: readonly { partition: number; n: number }[], waitingMax = 100) =>
  new PartitionBacklog(arrivals, { partitions: 4, waitingMax });

it('gives the fullest partitions first, in arrival order within each', () => {
  const taken = backlogOf(items(0, 1, 1, 2, 1, 2)).take(4);
  expect(taken.map(({ partition, n }) => [partition, n])).toEqual([
    [1, 1],
    [1, 2],
    [1, 4],
    [2, 3],
  ]);
});

it('gives nothing of a partition that is held, until it is released', () => {
  const backlog = backlogOf(items(0, 0, 0, 1));
  const first = backlog.take(2);
  expect(first.map(({ n }) => n)).toEqual([0, 1]);
  expect(backlog.take(10).map(({ n }) => n)).toEqual([3]);
  expect(backlog.take(10)).toEqual([]);
  backlog.release(first);
  expect(backlog.take(10).map(({ n }) => n)).toEqual([2]);
});

it('waits while everything belongs to others, and ends when nothing is left', async () => {
  const backlog = backlogOf(items(0, 0));
  const first = backlog.take(1);
  const waiting = backlog.takeWhenFree(1);
  backlog.release(first);
  const second = await waiting;
  expect(second.map(({ n }) => n)).toEqual([1]);
  expect(await backlog.takeWhenFree(1)).toEqual([]);
});

it('holds no more than it may, and takes in more as it gives away', () => {
  let drawn = 0;
  function* endless() {
    for (;;) {
      drawn += 1;
      yield { partition: drawn % 4, n: drawn };
    }
  }
  const backlog = new PartitionBacklog(endless(), { partitions: 4, waitingMax: 8 });
  backlog.take(4);
  expect(drawn).toBe(8);
  backlog.take(4);
  expect(drawn).toBe(12);
});
