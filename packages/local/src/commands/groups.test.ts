import type { GroupLag } from '@northwind/event-store';
import { expect, test } from 'vitest';
import { summarise } from './groups.ts';

const lag = (changes: Partial<GroupLag>): GroupLag => ({
  group: 'read_1',
  partition: 0,
  nextOffset: 5n,
  headOffset: 7n,
  lag: 2n,
  stoppedReason: null,
  updatedAt: '2026-11-22T06:00:00.000000Z',
  ...changes,
});

test('a group is the sum of its partitions, and names those that are stopped', () => {
  const rows = [lag({}), lag({ partition: 1, stoppedReason: 'poison' }), lag({ group: 'webhooks', lag: 0n })];
  expect(summarise(rows)).toEqual([
    {
      group: 'read_1',
      nextOffset: 10n,
      headOffset: 14n,
      lag: 4n,
      stopped: [{ partition: 1, offset: 5n, reason: 'poison' }],
    },
    { group: 'webhooks', nextOffset: 5n, headOffset: 7n, lag: 0n, stopped: [] },
  ]);
});
