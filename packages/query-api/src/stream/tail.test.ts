import type { ReadPosition } from '@northwind/projector';
import { eventually, fakeClock, silentLogger } from '@northwind/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { createStreamBus, type StreamEvent } from './bus.ts';
import { createTail, type Tail, type TickChanges } from './tail.ts';

const position = (offset: bigint, epoch = 'g1'): ReadPosition => ({ epoch, offsets: new Map([[4, offset]]) });

interface Tick {
  readonly merchantIds: readonly string[];
  readonly from: ReadPosition;
  readonly answer: PromiseWithResolvers<TickChanges>;
}

let running: { readonly tail: Tail; readonly ticks: readonly Tick[] } | null = null;

afterEach(async () => {
  // A tick that a test left unanswered would keep the tail from stopping.
  for (const { answer } of running?.ticks ?? []) answer.reject(new Error('the test is over'));
  await running?.tail.stop();
});

async function setUp() {
  const clock = fakeClock();
  const bus = createStreamBus();
  const ticks: Tick[] = [];
  const positions: ReadPosition[] = [position(10n)];
  const tail = createTail({
    bus,
    clock,
    logger: silentLogger(),
    reader: {
      readPosition: async () => positions.at(-1) ?? position(0n),
      readTick: (merchantIds, from) => {
        const answer = Promise.withResolvers<TickChanges>();
        ticks.push({ merchantIds, from, answer });
        return answer.promise;
      },
    },
  });
  running = { tail, ticks };
  await tail.start();
  const follow = async (merchantId: string) => {
    const events: StreamEvent[] = [];
    bus.subscribe(merchantId, (event) => events.push(event));
    await tail.settled();
    return events;
  };
  const tickStarted = (count: number) => eventually(() => ticks.length >= count, { describe: `${count} ticks` });
  const finish = async (tick: Tick | undefined, changes: TickChanges) => {
    tick?.answer.resolve(changes);
    await clock.advance(0);
  };
  return { clock, bus, tail, ticks, follow, tickStarted, finish };
}

const overrun: StreamEvent = { kind: 'overrun' };

describe('tail', () => {
  test('asks nothing while nobody follows', async () => {
    const { tail, ticks, clock } = await setUp();
    tail.ring();
    await clock.advance(60_000);
    expect(ticks).toHaveLength(0);
  });

  test('begins at the position it finds and goes on from where it came to', async () => {
    const { tail, ticks, follow, tickStarted, finish } = await setUp();
    const events = await follow('mer_001');
    tail.ring();
    await tickStarted(1);
    expect(ticks[0]).toMatchObject({ merchantIds: ['mer_001'], from: position(10n) });
    await finish(ticks[0], { position: position(12n), events: new Map([['mer_001', overrun]]) });
    expect(events).toEqual([overrun]);
    tail.ring();
    await tickStarted(2);
    expect(ticks[1]?.from).toEqual(position(12n));
  });

  test('ticks never overlap; rings meanwhile become one more tick', async () => {
    const { tail, ticks, follow, tickStarted, finish, clock } = await setUp();
    await follow('mer_001');
    tail.ring();
    await tickStarted(1);
    tail.ring();
    tail.ring();
    await clock.advance(5_000);
    expect(ticks).toHaveLength(1);
    await finish(ticks[0], { position: position(11n), events: new Map() });
    await tickStarted(2);
    await finish(ticks[1], { position: position(11n), events: new Map() });
    await clock.advance(0);
    expect(ticks).toHaveLength(2);
  });

  test('without a doorbell polling goes on: soon after a change, then more and more rarely', async () => {
    const { tail, ticks, follow, tickStarted, finish, clock } = await setUp();
    await follow('mer_001');
    tail.ring();
    await tickStarted(1);
    await finish(ticks[0], { position: position(11n), events: new Map([['mer_001', overrun]]) });
    for (const [index, pauseMs] of [25, 50, 100, 200, 400, 800, 1_000, 1_000].entries()) {
      await clock.advance(pauseMs - 1);
      expect(ticks).toHaveLength(index + 1);
      await clock.advance(1);
      await tickStarted(index + 2);
      await finish(ticks[index + 1], { position: position(11n), events: new Map() });
    }
  });

  test('settled waits for a tick that began after it was asked', async () => {
    const { tail, ticks, follow, tickStarted, finish } = await setUp();
    await follow('mer_001');
    tail.ring();
    await tickStarted(1);
    let isSettled = false;
    const settled = tail.settled().then(() => {
      isSettled = true;
    });
    await finish(ticks[0], { position: position(11n), events: new Map() });
    expect(isSettled).toBe(false);
    await tickStarted(2);
    await finish(ticks[1], { position: position(11n), events: new Map() });
    await settled;
  });

  test('a tick that fails moves nothing, fails who waits for it, and is tried again', async () => {
    const { tail, ticks, follow, tickStarted, clock } = await setUp();
    await follow('mer_001');
    const settled = tail.settled();
    const failure = expect(settled).rejects.toThrow('away');
    await tickStarted(1);
    ticks[0]?.answer.reject(new Error('away'));
    await failure;
    await clock.advance(10_000);
    await tickStarted(2);
    expect(ticks[1]?.from).toEqual(position(10n));
  });

  test('another epoch is told to everybody instead of rows', async () => {
    const { tail, ticks, follow, tickStarted, finish } = await setUp();
    const first = await follow('mer_001');
    const followed = follow('mer_002');
    await tickStarted(1);
    await finish(ticks[0], { position: position(3n, 'g2'), events: new Map([['mer_001', overrun]]) });
    const second = await followed;
    expect(first).toEqual([{ kind: 'epoch_changed', epoch: 'g2' }]);
    expect(second).toEqual([{ kind: 'epoch_changed', epoch: 'g2' }]);
    tail.ring();
    await tickStarted(2);
    expect(ticks[1]?.from).toEqual(position(3n, 'g2'));
  });
});
