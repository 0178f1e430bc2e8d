import type { GroupLag } from '@northwind/event-store';
import { expect, test } from 'vitest';
import { summarise } from './groups.ts';
import { parseTarget } from './operate-groups.ts';

const lag = (changes: Partial<GroupLag>): GroupLag => ({
  group: 'read_1',
  partition: 0,
  nextOffset: 5n,
  headOffset: 7n,
  lag: 2n,
  lagSeconds: 0.5,
  stoppedReason: null,
  pausedAt: null,
  updatedAt: '2026-11-22T06:00:00.000000Z',
  ...changes,
});

test.each([
  ['beginning', 'beginning'],
  ['end', 'end'],
  ['0', 0n],
  ['9223372036854775807', 2n ** 63n - 1n],
])('a seek goes to %s', (text, target) => {
  expect(parseTarget(text)).toBe(target);
});

test.each(['', '-1', '1.5', 'start', '9223372036854775808'])('a seek to %j is refused', (text) => {
  expect(() => parseTarget(text)).toThrow('beginning or end');
});

test('a group is the sum of its partitions, and names those that are stopped', () => {
  const rows = [
    lag({}),
    lag({ partition: 1, stoppedReason: 'poison', lagSeconds: 7 }),
    lag({ group: 'webhooks', lag: 0n, lagSeconds: 0, pausedAt: '2026-11-22T06:00:00.000000Z' }),
  ];
  expect(summarise(rows)).toEqual([
    {
      group: 'read_1',
      nextOffset: 10n,
      headOffset: 14n,
      lag: 4n,
      lagSeconds: 7,
      paused: [],
      stopped: [{ partition: 1, offset: 5n, reason: 'poison' }],
    },
    { group: 'webhooks', nextOffset: 5n, headOffset: 7n, lag: 0n, lagSeconds: 0, paused: [0], stopped: [] },
  ]);
});
