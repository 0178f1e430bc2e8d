import { expect, test } from 'vitest';
import { fakeClock } from './fake-clock.ts';

test('stands still until it is advanced', async () => {
  const clock = fakeClock();
  expect(clock.now()).toBe('2026-11-22T06:00:00.000000Z');
  await clock.advance(1_500);
  expect(clock.now()).toBe('2026-11-22T06:00:01.500000Z');
  expect(clock.monotonicMs()).toBe(1_500);
});

test('wakes sleepers in the order of their deadlines, and at them', async () => {
  const clock = fakeClock(0);
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(`${name} at ${clock.nowMs()}`));
  void sleep('late', 300);
  void sleep('early', 100);
  expect(clock.sleepers()).toBe(2);
  await clock.advance(299);
  expect(woken).toEqual(['early at 100']);
  await clock.advance(1);
  expect(woken).toEqual(['early at 100', 'late at 300']);
});

test('one step covers many short sleeps', async () => {
  const clock = fakeClock(0);
  const ticks: number[] = [];
  const loop = async () => {
    while (ticks.length < 5) {
      await clock.sleep(100);
      ticks.push(clock.nowMs());
    }
  };
  const looping = loop();
  await clock.advance(1_000);
  await looping;
  expect(ticks).toEqual([100, 200, 300, 400, 500]);
});

test('sleep rejects with the signal’s reason and is forgotten', async () => {
  const clock = fakeClock();
  const reason = new Error('enough');
  await expect(clock.sleep(1, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const sleeping = clock.sleep(1, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(clock.sleepers()).toBe(0);
});
