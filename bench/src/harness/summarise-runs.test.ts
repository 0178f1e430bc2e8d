import { expect, it } from 'vitest';
import { median, quantile, summariseRuns } from './summarise-runs.ts';

it('takes median and quantiles as the field does', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile(hundred, 1)).toBe(100);
  expect(quantile([5], 0.99)).toBe(5);
});

it('takes ratios within each run, not between medians of different runs', () => {
  const run = (ours: number, peer: number) => ({
    figures: [
      { metric: 'ours', value: ours, unit: '/s', comparedWith: 'peer' },
      { metric: 'peer', value: peer, unit: '/s' },
    ],
    versions: {},
  });
  const [ours] = summariseRuns([run(10, 20), run(100, 100), run(40, 50)]);
  expect(ours).toMatchObject({ median: 40, min: 10, max: 100, ratio: 0.8 });
});
