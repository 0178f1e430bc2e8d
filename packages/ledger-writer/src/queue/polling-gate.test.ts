import { expect, it } from 'vitest';
import { createPollingGate } from './polling-gate.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('lets one poll when it is quiet, and one more with every well-filled answer', async () => {
  const gate = createPollingGate(3);
  const { signal } = new AbortController();
  const entered: number[] = [];
  for (const receiver of [0, 1, 2]) void gate.enter(receiver, signal).then(() => entered.push(receiver));
  await turn();
  expect(entered).toEqual([0]);
  gate.brought(10);
  await turn();
  expect(entered).toEqual([0, 1]);
  gate.brought(5);
  gate.brought(10);
  await turn();
  expect(entered).toEqual([0, 1, 2]);
  expect(gate.polling()).toBe(3);
});

it('goes back to one when answers are nearly empty, and never to none', () => {
  const gate = createPollingGate(4);
  for (const count of [10, 10, 10]) gate.brought(count);
  expect(gate.polling()).toBe(4);
  gate.brought(3);
  expect(gate.polling()).toBe(4);
  for (const count of [1, 0, 0, 0, 0]) gate.brought(count);
  expect(gate.polling()).toBe(1);
});

it('lets a waiting receiver be stopped', async () => {
  const gate = createPollingGate(2);
  const stop = new AbortController();
  const waiting = gate.enter(1, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

it('tells of a backlog while all poll and most answers are full, and no longer after some that are not', () => {
  const gate = createPollingGate(4);
  const bring = (...counts: number[]) => {
    for (const count of counts) gate.brought(count);
    return gate.hasBacklog();
  };
  expect(bring(10, 10)).toBe(false);
  expect(bring(10, 10, 10)).toBe(true);
  expect(bring(6, 10)).toBe(true);
  expect(bring(2, 2)).toBe(false);
});
