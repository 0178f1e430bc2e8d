import { fakeClock } from '@northwind/testing';
import { expect, it } from 'vitest';
import type { HeldMessage } from '../queue/held-message.ts';
import { createBatcher } from './batcher.ts';

const message = (n: number): HeldMessage => ({
  messageId: `m${n}`,
  receiptHandle: `r${n}`,
  body: '',
  receivedAtMs: 0,
});
const ids = (batch: readonly HeldMessage[]) => batch.map((m) => m.messageId);
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('writes when the first message has waited, or at once when the batch is full', async () => {
  const clock = fakeClock();
  const written: string[][] = [];
  const write = async (batch: readonly HeldMessage[]) => void written.push(ids(batch));
  const batcher = createBatcher({ batchSizeMax: 3, flushMs: 5, clock, write });
  batcher.add([message(1)]);
  batcher.add([message(2)]);
  await turn();
  expect(written).toEqual([]);
  await clock.advance(5);
  await turn();
  expect(written).toEqual([['m1', 'm2']]);
  batcher.add([message(3), message(4), message(5), message(6)]);
  await turn();
  expect(written).toEqual([
    ['m1', 'm2'],
    ['m3', 'm4', 'm5'],
  ]);
  await batcher.drain();
  expect(written.at(-1)).toEqual(['m6']);
});

it('writes one batch at a time, in arrival order; the next one grows meanwhile', async () => {
  const clock = fakeClock();
  const written: string[][] = [];
  const gates: (() => void)[] = [];
  const write = (batch: readonly HeldMessage[]) => {
    written.push(ids(batch));
    return new Promise<void>((resolve) => gates.push(resolve));
  };
  const batcher = createBatcher({ batchSizeMax: 10, flushMs: 5, clock, write });
  batcher.add([message(1)]);
  await turn();
  await clock.advance(5);
  await turn();
  for (const n of [2, 3, 4]) batcher.add([message(n)]);
  await turn();
  expect(written).toEqual([['m1']]);
  gates.shift()?.();
  await turn();
  await clock.advance(5);
  await turn();
  expect(written).toEqual([['m1'], ['m2', 'm3', 'm4']]);
  const drained = batcher.drain();
  gates.shift()?.();
  await drained;
});
