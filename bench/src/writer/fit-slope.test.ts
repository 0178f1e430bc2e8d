import { expect, it } from 'vitest';
import { fitSlope } from './fit-slope.ts';

it('is the growth a minute, whatever the level', () => {
  const grow = (perMinute: number, noise: number) =>
    Array.from({ length: 240 }, (_, n) => ({ minute: n / 60, mib: 200 + (perMinute * n) / 60 + (n % 2) * noise }));
  expect(fitSlope(grow(3, 0))).toBeCloseTo(3, 9);
  expect(fitSlope(grow(0, 0))).toBeCloseTo(0, 9);
  expect(fitSlope(grow(-2, 10))).toBeCloseTo(-2, 1);
});
