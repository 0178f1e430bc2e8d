import { expect, test } from 'vitest';
import { shorten } from './shorten.ts';

test('long text is cut to the width, whole characters only', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('😀😀😀', 2)).toBe('😀…');
});

test('what would steer the terminal is not printed', () => {
  expect(shorten('a\u001b[2Jb\n\tc\u0000d\u202ee', 40)).toBe('a [2Jb c d e');
});
