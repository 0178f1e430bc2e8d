import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { createLoop } from './create-loop.ts';

const neverFails = (error: unknown) => expect.unreachable(String(error));

test('runs again and again, one at a time, until stopped', async () => {
  let runs = 0;
  const loop = createLoop({
    name: 'loop',
    run: async () => {
      runs += 1;
    },
    onError: neverFails,
  });
  await loop.start();
  while (runs < 3) await turn();
  await loop.stop();
  const runsAtStop = runs;
  await turn();
  await turn();
  expect(runs).toBe(runsAtStop);
});

test('stop aborts the run under way, and giving up is not a failure', async () => {
  const entered = Promise.withResolvers<void>();
  const loop = createLoop({
    name: 'loop',
    run: (signal) => {
      entered.resolve();
      return systemClock.sleep(60_000, signal);
    },
    onError: neverFails,
  });
  await loop.start();
  await entered.promise;
  await loop.stop();
});

test('a failing run is reported, waited for longer each time, and the count starts anew after a success', async () => {
  const outcomes = [false, false, true, false];
  const reported: unknown[] = [];
  const slept: number[] = [];
  const clock: Clock = { ...systemClock, sleep: async (ms) => void slept.push(ms) };
  const done = Promise.withResolvers<void>();
  const loop = createLoop({
    name: 'loop',
    run: async () => {
      const succeeds = outcomes.shift();
      if (succeeds === undefined) done.resolve();
      if (succeeds === false) throw new Error('away');
    },
    onError: (error, failure) => reported.push({ message: (error as Error).message, ...failure }),
    retryDelayMs: (attempt) => attempt * 100,
    pauseMs: 7,
    clock,
  });
  await loop.start();
  await done.promise;
  await loop.stop();
  expect(reported).toEqual([
    { message: 'away', attempt: 1, delayMs: 100 },
    { message: 'away', attempt: 2, delayMs: 200 },
    { message: 'away', attempt: 1, delayMs: 100 },
  ]);
  expect(slept.slice(0, 4)).toEqual([100, 200, 7, 100]);
});
