import { describe, expect, test } from 'vitest';
import { createFifoQueue, type FifoQueue, type ReceivedMessage } from './fifo-queue.ts';

const VISIBILITY_MS = 1_000;
const bodies = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body).join('');
const take = (queue: FifoQueue, max: number, nowMs = 0) => queue.receive(max, VISIBILITY_MS, nowMs);

function filled(text: string, group = 'g', receiveCountMax = 50): FifoQueue {
  const queue = createFifoQueue(receiveCountMax);
  for (const body of text) queue.send(group, body);
  return queue;
}

describe('the FIFO queue', () => {
  test('gives several messages of a group at once, in order, then those of the next', () => {
    const queue = filled('abc');
    for (const body of 'xyz') queue.send('h', body);
    expect(bodies(take(queue, 5))).toBe('abcxy');
  });

  test('gives nothing of a group while a message of it is in flight', () => {
    const queue = filled('abc');
    const [a, b] = take(queue, 2);
    expect(take(queue, 10)).toEqual([]);
    queue.remove(a?.receiptHandle ?? '');
    expect(take(queue, 10)).toEqual([]);
    queue.remove(b?.receiptHandle ?? '');
    expect(bodies(take(queue, 10))).toBe('c');
  });

  test('what is not deleted in time comes again, at its old place, and the old handle deletes nothing', () => {
    const queue = filled('abcd');
    const [a, b, c] = take(queue, 3);
    queue.remove(b?.receiptHandle ?? '');
    expect(queue.expire(VISIBILITY_MS - 1)).toBe(false);
    expect(queue.expire(VISIBILITY_MS)).toBe(true);
    queue.remove(a?.receiptHandle ?? '');
    queue.remove(c?.receiptHandle ?? '');
    expect(bodies(take(queue, 10, VISIBILITY_MS))).toBe('acd');
    expect(queue.counts()).toMatchObject({
      sent: 4,
      delivered: 6,
      redelivered: 2,
      deleted: 1,
      waiting: 0,
      inFlight: 3,
    });
  });

  test('what is extended stays away, what is given back is there at once', () => {
    const queue = filled('ab');
    const [a, b] = take(queue, 2);
    queue.extend(a?.receiptHandle ?? '', 5_000, 500);
    queue.extend(b?.receiptHandle ?? '', 0, 500);
    expect(queue.expire(5_499)).toBe(false); // a is still in flight, and b must not overtake it
    expect(queue.expire(5_500)).toBe(true);
    expect(bodies(take(queue, 10, 5_500))).toBe('ab');
  });

  test('what is received too often is dead, and those behind it go on', () => {
    const queue = filled('ab', 'g', 2);
    for (let round = 1; round <= 2; round += 1) {
      expect(bodies(take(queue, 1))).toBe('a');
      queue.expire(VISIBILITY_MS);
    }
    expect(bodies(take(queue, 1))).toBe('b');
    expect(queue.counts()).toMatchObject({ dead: 1, waiting: 0 });
  });

  test('keeps its order over thousands of receives, deletions and returns', () => {
    const queue = createFifoQueue(1_000_000);
    const seen: number[] = [];
    for (let number = 0; number < 5_000; number += 1) queue.send('g', String(number));
    for (let turn = 0; seen.length < 5_000; turn += 1) {
      const messages = take(queue, 7, turn * VISIBILITY_MS);
      const kept = turn % 3 === 0 ? 2 : messages.length; // every third receiver dies half way
      for (const { body, receiptHandle } of messages.slice(0, kept)) {
        seen.push(Number(body));
        queue.remove(receiptHandle);
      }
      queue.expire((turn + 1) * VISIBILITY_MS);
    }
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, number) => number));
  });
});
