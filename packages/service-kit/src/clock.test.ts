import { expect, test } from 'vitest';
import { formatInstant, systemClock } from './clock.ts';

test('an instant has six fraction digits and Z', () => {
  expect(formatInstant(Date.UTC(2026, 10, 22, 6, 0, 0, 7))).toBe('2026-11-22T06:00:00.007000Z');
  expect(systemClock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test('sleep rejects with the reason that the signal gives', async () => {
  const reason = new Error('enough');
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});
