import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { breakIds } from './breaks/break.ts';
import { BREAKS } from './breaks.ts';
import { readPromises, SPEC } from './read-promises.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const ids = breakIds(BREAKS);

test('every promise has a break, and every break its promise, in their order', () => {
  const promises = readPromises(read(SPEC)).map(({ id }) => id);
  expect(promises.length).toBeGreaterThan(0);
  expect([...new Set(BREAKS.map(({ promise }) => promise))]).toEqual(promises);
});

describe.each(BREAKS.map((each) => ({ id: ids.get(each), ...each })))('$id: $note', (each) => {
  test('is still there to be broken: its place occurs once in its file', () => {
    expect(read(each.file).split(each.find).length - 1).toBe(1);
    expect(each.replace).not.toBe(each.find);
    expect(each.shows).not.toBe('');
  });
});
