import { fakeClock } from '@northwind/testing';
import { expect, it } from 'vitest';
import { createBatcher, type WriteResult } from './batcher.ts';
import { type Pending, REJECTIONS } from './lanes.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A batcher whose writes the test ends. */
function start({ appendsMax = 4, batchSizeMax = 100, flushMs = 20, hasBacklog = (): boolean => false } = {}) {
  const clock = fakeClock(0);
  const writes: { ids: string[]; attempt: number; end: (how?: Partial<WriteResult<null>>) => Promise<void> }[] = [];
  const givenBack: string[] = [];
  const states: string[] = [];
  const batcher = createBatcher<null>({
    appendsMax,
    batchSizeMax,
    flushMs,
    hasBacklog,
    clock,
    retryDelayMs: (attempt) => attempt * 100,
    write: (pending, attempt) => {
      const ended = Promise.withResolvers<WriteResult<null>>();
      const end = (how: Partial<WriteResult<null>> = {}) => {
        writes.splice(writes.indexOf(write), 1);
        ended.resolve({ left: [], isAway: false, ...how });
        return turn() as Promise<void>;
      };
      const write = { ids: pending.map(({ message }) => message.messageId), attempt, end, pending };
      writes.push(write);
      return ended.promise;
    },
    giveBack: async (messages) => void givenBack.push(...messages.map(({ messageId }) => messageId)),
    onState: ({ isAway, isFailing }) => states.push(`${isAway ? 'away' : 'there'}, ${isFailing ? 'failing' : 'ok'}`),
  });
  /** `a1` is the first message of partition 0, `b1` of partition 1; `?1` can't be an event. */
  const pending = (id: string): Pending<null> => ({
    lane: id.startsWith('?') ? REJECTIONS : id.charCodeAt(0) - 97,
    message: { messageId: id, receiptHandle: id, body: '{}', receivedAtMs: clock.nowMs() },
    content: null,
    sinceMs: clock.monotonicMs(),
  });
  const add = (...ids: string[]) => batcher.add(ids.map(pending));
  const underWay = () => writes.map(({ ids }) => ids.join(' '));
  const write = (n = 0) => {
    const found = writes[n];
    if (!found) throw new Error(`there is no write ${n}`);
    return found as typeof found & { readonly pending: readonly Pending<null>[] };
  };
  const fail = (n = 0, isAway = false) => write(n).end({ left: write(n).pending, isAway });
  return { batcher, clock, add, underWay, write, fail, givenBack, states };
}

it('writes at once what arrives when it is idle, and as one unit what arrived meanwhile', async () => {
  const { add, underWay, write } = start();
  add('a1');
  expect(underWay()).toEqual(['a1']);
  add('a2', 'b1');
  add('c1');
  expect(underWay()).toEqual(['a1']);
  await write().end();
  expect(underWay()).toEqual(['a2 b1 c1']);
});

it('waits for company also when it is idle, while the queue holds more', async () => {
  let isBacklog = true;
  const { add, underWay, clock, write } = start({ batchSizeMax: 3, hasBacklog: () => isBacklog });
  add('a1');
  await clock.advance(19);
  expect(underWay()).toEqual([]);
  await clock.advance(1);
  expect(underWay()).toEqual(['a1']);
  await write().end();
  add('a2', 'b1', 'c1');
  expect(underWay()).toEqual(['a2 b1 c1']);
  await write().end();
  add('a3');
  expect(underWay()).toEqual([]);
  isBacklog = false;
  add('b2');
  expect(underWay()).toEqual(['a3 b2']);
});

it('begins another beside the one under way when it would be full, the fullest lanes first', () => {
  const { add, underWay } = start({ batchSizeMax: 4 });
  add('a1');
  add('a2', 'b1', 'c1', 'c2');
  expect(underWay()).toEqual(['a1']);
  add('c3'); // four in lanes that nobody holds
  expect(underWay()).toEqual(['a1', 'c1 c2 c3 b1']);
});

it('begins another when the first of its messages has waited, in the lanes that nobody holds', async () => {
  const { add, underWay, clock, write } = start();
  add('a1');
  add('a2', 'b1');
  await clock.advance(19);
  expect(underWay()).toEqual(['a1']);
  await clock.advance(1);
  expect(underWay()).toEqual(['a1', 'b1']);
  await write(0).end();
  await clock.advance(20);
  expect(underWay()).toEqual(['b1', 'a2']);
});

it('has no more than so many under way, and none beside another in a lane', async () => {
  const { add, underWay, clock } = start({ appendsMax: 3 });
  for (const lane of ['a', 'b', 'c', 'd']) {
    add(`${lane}1`, 'a9');
    await clock.advance(20);
  }
  expect(underWay()).toEqual(['a1 a9', 'b1', 'c1']);
});

it('lets no lane wait for ever behind fuller ones', async () => {
  const { add, underWay, clock, write } = start({ appendsMax: 1, batchSizeMax: 2 });
  add('a1');
  add('b1');
  for (let n = 2; n < 20; n += 2) {
    add(`a${n}`, `a${n + 1}`);
    if (underWay()[0]?.includes('b1')) return;
    await clock.advance(50);
    await write().end();
  }
  expect.unreachable('b1 was never written');
});

it('keeps order within a lane when a unit fails: what came later waits until it is written', async () => {
  const { add, underWay, fail, write, clock, states } = start();
  add('a1', 'a2');
  add('a3', 'b1');
  await fail();
  expect(underWay()).toEqual(['b1']);
  await clock.advance(99);
  expect(underWay()).toEqual(['b1']);
  await clock.advance(1);
  expect(underWay()).toEqual(['b1', 'a1 a2']);
  expect(write(1).attempt).toBe(2);
  await write(1).end();
  await write(0).end();
  expect(underWay()).toEqual(['a3']);
  expect(states).toEqual(['there, failing', 'there, ok', 'there, ok']);
});

it('tries each lane by itself when a unit fails for a reason that may be one lane’s', async () => {
  const { add, underWay, fail, write, clock } = start();
  add('a1', 'b1', 'a2', 'c1');
  await fail();
  expect(underWay()).toEqual(['a1 a2', 'b1', 'c1']);
  await fail(0);
  await write(0).end();
  add('b2');
  await clock.advance(20);
  expect(underWay()).toEqual(['c1', 'b2']);
});

it('tries only what is left of a unit of which a part was committed', async () => {
  const { add, underWay, write, clock } = start();
  add('a1', 'b1', 'a2');
  await write().end({ left: write().pending.filter(({ message }) => message.messageId === 'a2') });
  add('b2');
  await clock.advance(100);
  expect(underWay()).toEqual(['b2', 'a2']);
});

it('tries with one unit while the log is away, and with everything as soon as it is back', async () => {
  const { add, underWay, fail, write, clock, states } = start();
  add('a1');
  add('b1');
  await clock.advance(20);
  add('c1');
  await fail(0, true);
  await fail(0, true);
  expect(underWay()).toEqual([]);
  await clock.advance(100);
  expect(underWay()).toEqual(['a1']);
  await clock.advance(1_000);
  expect(underWay()).toEqual(['a1']);
  await write().end();
  expect(underWay()).toEqual(['b1', 'c1']);
  expect(states).toEqual(['away, failing', 'away, failing', 'there, failing']);
});

it('writes rejections by themselves', async () => {
  const { add, underWay, write, clock } = start();
  add('?1', 'a1', '?2', 'b1');
  expect(underWay()).toEqual(['a1 b1']);
  add('?3');
  await clock.advance(20);
  expect(underWay()).toEqual(['a1 b1', '?1 ?2 ?3']);
  add('?4');
  await write(1).end();
  await write(0).end();
  expect(underWay()).toEqual(['?4']);
});

it('gives back what is too old, with all that came after it in the same lane, and nothing else', async () => {
  const { batcher, add, underWay, fail, clock, givenBack } = start();
  add('a1');
  await fail();
  await clock.advance(50);
  add('a2', 'b1');
  batcher.giveBackReceivedBefore(1);
  expect(givenBack).toEqual(['a1', 'a2']);
  add('a3');
  await clock.advance(20);
  expect(underWay()).toEqual(['b1', 'a3']);
});

it('finds out again whether the log is back when it has given everything back', async () => {
  const { batcher, add, underWay, fail, givenBack, states } = start();
  add('a1');
  await fail(0, true);
  batcher.giveBackReceivedBefore(1);
  expect(givenBack).toEqual(['a1']);
  expect(states).toEqual(['away, failing', 'there, ok']);
  add('a2');
  expect(underWay()).toEqual(['a2']);
});

it('drains: writes without waiting, gives back what fails and what came after it', async () => {
  const { batcher, add, underWay, fail, write, givenBack } = start();
  add('a1');
  add('a2', 'b1');
  const drained = batcher.drain(1_000);
  expect(underWay()).toEqual(['a1', 'b1']);
  await fail();
  expect(givenBack).toEqual(['a1', 'a2']);
  await write().end();
  await drained;
});

it('drains: gives back at once what waits for a log that is away', async () => {
  const { batcher, add, fail, givenBack, clock } = start();
  add('a1');
  add('b1');
  await fail(0, true);
  await batcher.drain(1_000);
  expect(givenBack).toEqual(['a1', 'b1']);
  expect(clock.sleepers()).toBe(0);
});

it('drains: gives back what has not begun in time', async () => {
  const { batcher, add, underWay, write, givenBack, clock } = start({ appendsMax: 1 });
  add('a1');
  add('a2', 'b1');
  const drained = batcher.drain(1_000);
  await clock.advance(1_000);
  expect(givenBack).toEqual(['b1']);
  await write().end();
  await drained;
  expect(givenBack).toEqual(['b1', 'a2']);
  expect(underWay()).toEqual([]);
});
