import { expect, test } from 'vitest';
import { visibleLatencies } from './visible-latencies.ts';

const event = (partition: number, offset: bigint, committedMs: number) => ({
  partition,
  offset,
  dueMs: committedMs - 1,
  committedMs,
});

test('an event is seen with the first sighting at or above its offset', () => {
  const sightings = new Map([
    [
      0,
      [
        { offset: 4n, atMs: 10 },
        { offset: 6n, atMs: 20 },
      ],
    ],
    [1, [{ offset: 0n, atMs: 13 }]],
  ]);
  const events = [event(0, 3n, 5), event(1, 0n, 6), event(0, 4n, 7), event(0, 5n, 8)];
  const { fromCommitMs, fromDueMs, missing } = visibleLatencies(events, sightings);
  expect(fromCommitMs).toEqual([5, 7, 3, 12]);
  expect(fromDueMs).toEqual([6, 8, 4, 13]);
  expect(missing).toBe(0);
});

test('what no sighting reaches is missing', () => {
  const sightings = new Map([[0, [{ offset: 1n, atMs: 10 }]]]);
  const { fromCommitMs, missing } = visibleLatencies([event(0, 1n, 5), event(0, 2n, 6), event(3, 0n, 6)], sightings);
  expect(fromCommitMs).toEqual([5]);
  expect(missing).toBe(2);
});
