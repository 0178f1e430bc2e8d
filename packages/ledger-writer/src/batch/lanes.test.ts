import { expect, it } from 'vitest';
import { createLanes, type Pending } from './lanes.ts';

/** An eighth of a unit's bound. */
const EIGHTH = 256 * 1024;
const now = { nowMs: 0, waits: true };

const pending = (messageId: string, lane: number, characters: number): Pending<null> => ({
  lane,
  message: { messageId, receiptHandle: messageId, body: 'x'.repeat(characters), receivedAtMs: 0 },
  content: null,
  sinceMs: 0,
});

const start = (...messages: readonly Pending<null>[]) => {
  const lanes = createLanes<null>({ batchSizeMax: 100, flushMs: 20 });
  for (const message of messages) lanes.add(message);
  const take = () => {
    const unit = lanes.take(now);
    return unit && { lanes: unit.lanes, ids: unit.pending.map(({ message }) => message.messageId) };
  };
  return { lanes, take };
};

it('takes no more characters into a unit than its bound and the message that reaches it', () => {
  const { lanes, take } = start(
    ...['a1', 'a2', 'a3', 'a4'].map((id) => pending(id, 0, 3 * EIGHTH)),
    ...['b1', 'b2', 'b3'].map((id) => pending(id, 1, 4 * EIGHTH)),
  );
  expect(take()).toEqual({ lanes: [0], ids: ['a1', 'a2', 'a3'] }); // and does not hold the lane that it did not come to
  expect(take()).toEqual({ lanes: [1], ids: ['b1', 'b2'] });
  expect(take()).toBeNull();
  lanes.release([0, 1]);
  expect(take()).toBeNull(); // seven eighths are left: they wait for company
  expect(lanes.size()).toBe(2);
});

it('takes a message that is larger than the bound by itself', () => {
  const { take } = start(pending('a1', 0, 9 * EIGHTH), pending('b1', 1, 1));
  expect(take()).toEqual({ lanes: [0], ids: ['a1'] });
});

it('has a unit that is full of characters to write before its time', () => {
  const { lanes, take } = start(pending('a1', 0, 8 * EIGHTH - 1));
  expect(take()).toBeNull();
  lanes.add(pending('b1', 1, 1));
  expect(take()).toEqual({ lanes: [0, 1], ids: ['a1', 'b1'] });
});
