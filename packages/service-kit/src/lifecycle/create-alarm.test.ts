import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { createAlarm } from './create-alarm.ts';

/** Time stands still; a sleeper wakes when it is told to or when `pass` reaches its end. */
function standingClock() {
  let nowMs = 0;
  const sleepers = new Set<() => void>();
  const clock = {
    monotonicMs: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const endMs = nowMs + ms;
        sleepers.add(() => (nowMs >= endMs ? resolve() : undefined));
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  } as unknown as Clock;
  const pass = (ms: number) => {
    nowMs += ms;
    for (const check of sleepers) check();
  };
  return { clock, pass };
}

test('a ring ends the wait, and one while nobody waits is kept for the next', async () => {
  const { clock } = standingClock();
  const alarm = createAlarm(clock);
  const waiting = alarm.wait(1_000);
  alarm.ring();
  expect(await waiting).toBe(true);
  alarm.ring();
  expect(await alarm.wait(1_000)).toBe(true);
});

test('without a ring the time passes, and a ring is used up by one wait', async () => {
  const { clock, pass } = standingClock();
  const alarm = createAlarm(clock);
  alarm.ring();
  await alarm.wait(10);
  const waiting = alarm.wait(10);
  await turn();
  pass(10);
  expect(await waiting).toBe(false);
});

test('it rings by itself when asked to, at the earliest time asked for', async () => {
  const { clock, pass } = standingClock();
  const alarm = createAlarm(clock);
  alarm.ringWithin(50);
  alarm.ringWithin(20);
  const waiting = alarm.wait(1_000);
  await turn();
  pass(20);
  expect(await waiting).toBe(true);
});
