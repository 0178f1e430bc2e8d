import { fakeClock, recordingLogger } from '@northwind/testing';
import { expect, it } from 'vitest';
import type { HeldMessage } from './held-message.ts';
import { createRemover } from './remove-messages.ts';

const messages = (count: number, from = 0): HeldMessage[] =>
  Array.from({ length: count }, (_, n) => ({
    messageId: `m${from + n}`,
    receiptHandle: `r${from + n}`,
    body: '',
    receivedAtMs: 0,
  }));
const turn = () => new Promise((resolve) => setImmediate(resolve));

function start({ isFifo = false, fails = (_id: string): boolean => false } = {}) {
  const clock = fakeClock();
  const { logger, lines } = recordingLogger();
  const calls: string[][] = [];
  const letGo: string[] = [];
  const queue = {
    isFifo,
    receive: () => Promise.resolve([]),
    extend: () => Promise.resolve(),
    check: () => Promise.resolve(),
    remove: async (batch: readonly HeldMessage[]) => {
      calls.push(batch.map((m) => m.messageId));
      return batch.filter((m) => fails(m.messageId));
    },
  };
  const inHand = { letGo: (batch: readonly HeldMessage[]) => void letGo.push(...batch.map((m) => m.messageId)) };
  const remover = createRemover({ queue, inHand, retryDelayMs: (attempt) => attempt * 100, clock, logger });
  return { remover, clock, calls, letGo, lines };
}

it('deletes ten in a call at once, and fewer when they have waited for company', async () => {
  const { remover, clock, calls, letGo } = start();
  remover.add(messages(23));
  await turn();
  expect(calls.map((call) => call.length)).toEqual([10, 10]);
  remover.add(messages(4, 23));
  await clock.advance(19);
  expect(calls).toHaveLength(2);
  await clock.advance(1);
  await turn();
  expect(calls[2]).toHaveLength(7);
  expect(letGo).toHaveLength(27);
});

it('waits for no company on a FIFO queue: the group’s next messages wait for this', async () => {
  const { remover, calls } = start({ isFifo: true });
  remover.add(messages(1));
  await turn();
  expect(calls).toEqual([['m0']]);
});

it('tries again what a call could not delete, and only that', async () => {
  let tries = 0;
  const { remover, clock, calls, letGo } = start({ fails: (id) => id === 'm3' && ++tries < 3 });
  remover.add(messages(10));
  await clock.advance(100);
  await clock.advance(200);
  await turn();
  expect(calls.slice(1)).toEqual([['m3'], ['m3']]);
  expect(letGo).toHaveLength(10);
});

it('gives up what can not be deleted: it will come again', async () => {
  const { remover, clock, calls, letGo, lines } = start({ fails: () => true });
  remover.add(messages(10));
  const drained = remover.drain();
  await clock.advance(10_000);
  await drained;
  expect(calls).toHaveLength(5);
  expect(letGo).toHaveLength(10);
  expect(lines.at(-1)).toMatchObject({ event: 'messages.not_deleted', count: 10 });
});

it('drains what waits for company', async () => {
  const { remover, clock, calls } = start();
  remover.add(messages(3));
  await remover.drain();
  expect(calls).toEqual([['m0', 'm1', 'm2']]);
  expect(clock.sleepers()).toBe(0);
});
