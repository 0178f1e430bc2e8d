import { expect, it } from 'vitest';
import { closedLoop } from './closed-loop.ts';

const options = { lanes: 3, seconds: 60, warmUpSeconds: 0, signal: new AbortController().signal };

it('counts what each operation did, in all lanes, until nothing is left', async () => {
  let left = 100;
  const lanesSeen = new Set<number>();
  const { total, rate } = await closedLoop(async (lane) => {
    lanesSeen.add(lane);
    const done = Math.min(left, 7);
    left -= done;
    return done;
  }, options);
  expect(total).toBe(100);
  expect(rate).toBeGreaterThan(0);
  expect([...lanesSeen]).toEqual([0, 1, 2]);
});

it('ends when it is interrupted', async () => {
  const interrupted = new AbortController();
  const running = closedLoop(
    async () => {
      interrupted.abort(new Error('interrupted'));
      return 1;
    },
    { ...options, signal: interrupted.signal },
  );
  await expect(running).rejects.toThrow('interrupted');
});
