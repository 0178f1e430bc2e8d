import { expect, test } from 'vitest';
import { timeCatchUp } from './catch-up.ts';

test('a queue that is empty already is not waited for', async () => {
  const queue = { countLeft: async () => 0 };
  expect(await timeCatchUp(queue, new AbortController().signal)).toMatchObject({ backlog: 0, rate: Number.NaN });
});

test('the rate is from the first message written to the last', async () => {
  let nowMs = 1_000;
  const clock = {
    monotonicMs: () => nowMs,
    sleep: async () => {
      nowMs += 500;
    },
  };
  const lefts = [100, 100, 100, 80, 40, 0];
  const queue = { countLeft: async () => lefts.shift() ?? 0 };
  const caughtUp = await timeCatchUp(queue, new AbortController().signal, clock);
  expect(caughtUp).toEqual({ backlog: 100, firstSeconds: 1, emptySeconds: 2, rate: 80 });
});
