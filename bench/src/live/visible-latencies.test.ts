import { expect, test } from 'vitest';
import { visibleLatencies } from './visible-latencies.ts';

const event = (partition: number, offset: bigint, committedMs: number) => ({
  partition,
  offset,
  dueMs: committedMs - 1,
  committedMs,
});

test('an event is visible when the transaction with its rows has committed', () => {
  const visibleAt = new Map([
    ['0:3', 10],
    ['1:0', 13],
  ]);
  const { fromCommitMs, fromDueMs, missing } = visibleLatencies([event(0, 3n, 5), event(1, 0n, 6)], visibleAt);
  expect(fromCommitMs).toEqual([5, 7]);
  expect(fromDueMs).toEqual([6, 8]);
  expect(missing).toBe(0);
});

test('what has no rows is missing', () => {
  const { fromCommitMs, missing } = visibleLatencies([event(0, 1n, 5), event(1, 1n, 6)], new Map([['0:1', 10]]));
  expect(fromCommitMs).toEqual([5]);
  expect(missing).toBe(1);
});
