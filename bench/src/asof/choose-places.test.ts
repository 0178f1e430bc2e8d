import { expect, test } from 'vitest';
import { locate } from './choose-places.ts';

const heads = [
  { partition: 0, events: 3 },
  { partition: 1, events: 0 },
  { partition: 2, events: 5 },
];

test('every event of the log is as likely as any other', () => {
  const found = Array.from({ length: 8 }, (_, n) => locate(heads, (n + 0.5) / 8));
  expect(found.map(({ partition, offset }) => `${partition}:${offset}`)).toEqual([
    '0:0',
    '0:1',
    '0:2',
    '2:0',
    '2:1',
    '2:2',
    '2:3',
    '2:4',
  ]);
});

test('an empty log has no event', () => {
  expect(() => locate([], 0)).toThrow('the log is empty');
});
