import { createHealth } from '@northwind/service-kit';
import { fakeClock, recordingLogger } from '@northwind/testing';
import { expect, it } from 'vitest';
import type { HeldMessage } from './held-message.ts';
import type { OnFailure } from './message-queue.ts';
import { createMessagesInHand, type MessagesInHandOptions } from './messages-in-hand.ts';
import { createQueueHealth } from './queue-health.ts';

const message = (n: number): HeldMessage => ({
  messageId: `m${n}`,
  receiptHandle: `r${n}`,
  body: '',
  receivedAtMs: 0,
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

function hold(inHandMax: number, over: Partial<MessagesInHandOptions> = {}) {
  const clock = fakeClock(0);
  const extended: string[][] = [];
  /** Of the next extensions, one each. */
  const failures: Error[] = [];
  const queue = {
    receive: () => Promise.resolve([]),
    remove: () => Promise.resolve([]),
    check: () => Promise.resolve(),
    extend: async (messages: readonly HeldMessage[], _seconds: number, onFailure?: OnFailure) => {
      extended.push(messages.map((m) => m.messageId));
      const cause = failures.shift();
      if (cause) onFailure?.({ count: messages.length, cause, isOver: false });
    },
  };
  const { logger, lines } = recordingLogger();
  const health = createHealth();
  const queueHealth = createQueueHealth({ health, clock, visibilitySeconds: 60 });
  const options = { queue, inHandMax, visibilitySeconds: 60, clock, logger, queueHealth, ...over };
  const says = () => health.components().map(({ state, detail }) => [state, detail])[0];
  return { inHand: createMessagesInHand(options), clock, extended, failures, lines, says };
}

it('gives no room beyond the bound until messages are let go', async () => {
  const { inHand } = hold(15);
  const { signal } = new AbortController();
  await inHand.reserve(10, signal);
  inHand.take([message(1), message(2)], 10);
  await inHand.reserve(10, signal);
  let third = false;
  const waiting = inHand.reserve(10, signal).then(() => {
    third = true;
  });
  await turn();
  expect(third).toBe(false);
  inHand.take([], 10);
  await waiting;
  expect(inHand.size()).toBe(2);
});

it('gives no room while paused, and a waiting receiver can be stopped', async () => {
  const { inHand } = hold(100);
  const stop = new AbortController();
  inHand.pause();
  const waiting = inHand.reserve(10, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  const later = inHand.reserve(10, new AbortController().signal);
  inHand.resume();
  await later;
});

it('extends what has waited a third of its visibility time, again and again, and nothing that was let go', async () => {
  const { inHand, clock, extended } = hold(100);
  await inHand.reserve(10, new AbortController().signal);
  const [first, second] = [message(1), message(2)];
  inHand.take([first, second], 10);
  await inHand.heartbeat.start();
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await clock.advance(1_000);
      await turn();
    }
  };
  await pass(19_000);
  expect(extended).toEqual([]);
  await pass(6_000);
  expect(extended).toEqual([['m1', 'm2']]);
  inHand.letGo([first]);
  await pass(25_000);
  expect(extended).toEqual([['m1', 'm2'], ['m2']]);
  await inHand.heartbeat.stop();
});

it('says why a message could not be extended, keeps it, and extends it again', async () => {
  const { inHand, clock, extended, failures, lines, says } = hold(100);
  await inHand.reserve(10, new AbortController().signal);
  inHand.take([message(1)], 10);
  failures.push(new Error('AccessDenied'));
  await inHand.heartbeat.start();
  await clock.advance(25_000);
  expect(lines).toContainEqual(
    expect.objectContaining({
      event: 'messages.extend_failed',
      count: 1,
      err: expect.objectContaining({ message: 'AccessDenied' }),
    }),
  );
  expect(says()).toEqual(['failing', 'extending: AccessDenied']);
  expect(inHand.size()).toBe(1);
  await clock.advance(25_000);
  expect(extended).toEqual([['m1'], ['m1']]);
  expect(says()).toEqual(['ok', null]);
  await inHand.heartbeat.stop();
});

it('gives no room while the bodies in hand are large', async () => {
  const { inHand } = hold(100, { inHandCharactersMax: 10 });
  const { signal } = new AbortController();
  const large = { ...message(1), body: 'x'.repeat(10) };
  await inHand.reserve(10, signal);
  inHand.take([large], 10);
  let more = false;
  const waiting = inHand.reserve(10, signal).then(() => {
    more = true;
  });
  await turn();
  expect(more).toBe(false);
  inHand.letGo([large]);
  await waiting;
});

it('lets one at a time ask for more while bodies are as large as they were lately', async () => {
  const { inHand } = hold(1_000, { inHandCharactersMax: 1_000 });
  const { signal } = new AbortController();
  const large = Array.from({ length: 10 }, (_, i) => ({ ...message(i), body: 'x'.repeat(99) }));
  await inHand.reserve(10, signal);
  await inHand.reserve(10, signal); // nothing is known of them yet
  inHand.take(large, 10);
  inHand.letGo(large);
  inHand.take([], 10);
  await inHand.reserve(10, signal);
  let more = false;
  const waiting = inHand.reserve(10, signal).then(() => {
    more = true;
  });
  await turn();
  expect(more).toBe(false);
  inHand.take([], 10);
  await waiting;
});

it('asks for messages to be given back before their twelve hours are over', async () => {
  const expired: number[] = [];
  const onExpiring = (receivedBeforeMs: number) => expired.push(receivedBeforeMs);
  const { inHand, clock, extended } = hold(100, { visibilitySeconds: 3_600, onExpiring });
  await inHand.reserve(10, new AbortController().signal);
  inHand.take([message(1)], 10);
  await inHand.heartbeat.start();
  const hours = (count: number) => count * 3_600_000;
  await clock.advance(hours(10.9));
  expect(extended.length).toBeGreaterThan(10);
  expect(expired).toEqual([]);
  await clock.advance(hours(0.2));
  expect(expired.length).toBeGreaterThan(0);
  await inHand.heartbeat.stop();
});
