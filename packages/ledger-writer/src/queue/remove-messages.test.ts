import { createHealth } from '@northwind/service-kit';
import { fakeClock, recordingLogger } from '@northwind/testing';
import { expect, it } from 'vitest';
import type { HeldMessage } from './held-message.ts';
import type { OnFailure } from './message-queue.ts';
import { createQueueHealth } from './queue-health.ts';
import { createRemover } from './remove-messages.ts';

const messages = (count: number, from = 0): HeldMessage[] =>
  Array.from({ length: count }, (_, n) => ({
    messageId: `m${from + n}`,
    receiptHandle: `r${from + n}`,
    body: '',
    receivedAtMs: 0,
  }));
const turn = () => new Promise((resolve) => setImmediate(resolve));

function start({ isFifo = false, fails = (_id: string): boolean => false, isOver = false } = {}) {
  const clock = fakeClock();
  const { logger, lines } = recordingLogger();
  const calls: string[][] = [];
  const letGo: string[] = [];
  const queue = {
    isFifo,
    receive: () => Promise.resolve([]),
    extend: () => Promise.resolve(),
    check: () => Promise.resolve(),
    remove: async (batch: readonly HeldMessage[], onFailure?: OnFailure) => {
      calls.push(batch.map((m) => m.messageId));
      const left = batch.filter((m) => fails(m.messageId));
      if (left.length > 0) onFailure?.({ count: left.length, cause: new Error('AccessDenied'), isOver });
      return isOver ? [] : left;
    },
  };
  const inHand = { letGo: (batch: readonly HeldMessage[]) => void letGo.push(...batch.map((m) => m.messageId)) };
  const health = createHealth();
  const queueHealth = createQueueHealth({ health, clock, visibilitySeconds: 60 });
  const retryDelayMs = (attempt: number) => attempt * 100;
  const remover = createRemover({ queue, inHand, retryDelayMs, clock, logger, queueHealth });
  const says = () => health.components().map(({ state, detail }) => [state, detail])[0];
  return { remover, clock, calls, letGo, lines, says };
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

it('says why nothing can be deleted, in the log and in its health, until something can', async () => {
  let tries = 0;
  const { remover, clock, lines, says } = start({ fails: () => ++tries <= 10 });
  remover.add(messages(10));
  await turn();
  expect(lines).toMatchObject([
    { event: 'messages.delete_failed', count: 10, attempt: 1, err: { message: 'AccessDenied' } },
  ]);
  expect(says()).toEqual(['failing', 'deleting: AccessDenied']);
  await clock.advance(100);
  expect(says()).toEqual(['ok', null]);
});

it('says of a delivery whose time is over only that it is: it is another’s by now', async () => {
  const { remover, lines, says } = start({ fails: (id) => id === 'm3', isOver: true });
  remover.add(messages(10));
  await turn();
  expect(lines).toMatchObject([{ event: 'messages.delete_failed', count: 1, isOver: true }]);
  expect(says()).toBeUndefined();
});

it('drains what waits for company', async () => {
  const { remover, clock, calls } = start();
  remover.add(messages(3));
  await remover.drain();
  expect(calls).toEqual([['m0', 'm1', 'm2']]);
  expect(clock.sleepers()).toBe(0);
});
