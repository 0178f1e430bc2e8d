import { expect, test } from 'vitest';
import { createPacker, MESSAGE_BYTES_MAX } from './pack-batches.ts';
import type { Line } from './read-lines.ts';

const line = (number: number, text = '{}'): Line => ({ number, text });

test('a batch has ten messages at most, in order', () => {
  const packer = createPacker();
  const full = Array.from({ length: 11 }, (_, index) => packer.add(line(index + 1)));
  expect(full.slice(0, 10)).toEqual(Array(10).fill(null));
  expect((full[10] as Line[]).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(packer.rest().map(({ number }) => number)).toEqual([11]);
  expect(packer.rest()).toEqual([]);
});

test('a batch has 1 MiB at most, counted in bytes of UTF-8 and not in characters', () => {
  const packer = createPacker();
  const half = 'ü'.repeat(MESSAGE_BYTES_MAX / 4); // two bytes each
  expect(packer.add(line(1, half))).toBeNull();
  expect(packer.add(line(2, half))).toBeNull();
  expect(packer.add(line(3))).toEqual([line(1, half), line(2, half)]);
});

test('a line of exactly 1 MiB fits; one byte more is refused and does not disturb the others', () => {
  const packer = createPacker();
  expect(packer.add(line(1))).toBeNull();
  expect(packer.add(line(2, 'x'.repeat(MESSAGE_BYTES_MAX + 1)))).toBe('too_long');
  expect(packer.add(line(3, 'x'.repeat(MESSAGE_BYTES_MAX)))).toEqual([line(1)]);
});
