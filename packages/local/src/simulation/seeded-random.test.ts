import { expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';

test('a seed gives the same numbers for ever', () => {
  const random = seededRandom('northwind');
  const numbers = Array.from({ length: 4 }, () => random.integer(0, 999_999));
  expect(numbers).toMatchInlineSnapshot(`
    [
      247538,
      528374,
      294488,
      958511,
    ]
  `);
});

test('numbers fill their range evenly', () => {
  const random = seededRandom('even');
  const units = Array.from({ length: 100_000 }, () => random.unit());
  expect(Math.min(...units)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...units)).toBeLessThan(1);
  expect(units.reduce((sum, unit) => sum + unit, 0) / units.length).toBeCloseTo(0.5, 2);
  const counts = [0, 0, 0, 0, 0];
  for (const unit of units) counts[Math.floor(unit * 5)] = (counts[Math.floor(unit * 5)] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - 20_000)).toBeLessThan(600);
});

test('neighbouring seeds have nothing in common', () => {
  const [one, other] = [seededRandom('1'), seededRandom('2')];
  const same = Array.from({ length: 1_000 }, () => one.integer(0, 9) === other.integer(0, 9)).filter(Boolean).length;
  expect(same).toBeGreaterThan(50);
  expect(same).toBeLessThan(150);
});
