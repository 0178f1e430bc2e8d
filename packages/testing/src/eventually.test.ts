import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('returns what the probe returns as soon as it neither throws nor says false', async () => {
  const outcomes = [() => expect(1).toBe(2), () => false as const, () => 'there'];
  expect(await eventually(() => outcomes.shift()?.(), { intervalMs: 1 })).toBe('there');
});

test('at the deadline it says what was waited for, and the last failure', async () => {
  let seen = 0;
  const waiting = eventually(
    () => {
      seen += 1;
      throw new Error('still two');
    },
    { timeoutMs: 5, intervalMs: 1, describe: () => `three of them, after ${seen} looks` },
  );
  await expect(waiting).rejects.toThrow(/^not within 5 ms: three of them, after \d+ looks: still two$/);
});
