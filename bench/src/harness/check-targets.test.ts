import { expect, it } from 'vitest';
import { checkTargets } from './check-targets.ts';

const row = (metric: string, median: number, ratio: number | null = null) => ({
  metric,
  unit: 'ms',
  median,
  min: median,
  max: median,
  ratio,
  comparedWith: null,
  runs: [median],
});
const targets = {
  x: {
    p99: { max: 250, unit: 'ms', why: 'w' },
    rate: { min: 0.8, of: 'ratio', unit: '×', why: 'w' },
  },
};

it('passes what is within its bounds', () => {
  expect(checkTargets('x', [row('p99', 250), row('rate', 1, 0.8)], targets)).toEqual([]);
});

it('names what falls short, what was not measured, and a benchmark without targets', () => {
  expect(checkTargets('x', [row('p99', 251), row('rate', 1, 0.79)], targets)).toEqual([
    'p99: median 251.00 ms is above 250 ms',
    'rate: ratio 0.79 × is below 0.8 ×',
  ]);
  expect(checkTargets('x', [row('rate', 1)], targets)).toEqual(['p99: was not measured', 'rate: was not measured']);
  expect(checkTargets('y', [], targets)).toHaveLength(1);
});
