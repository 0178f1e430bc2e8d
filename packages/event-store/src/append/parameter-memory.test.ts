import { expect, it } from 'vitest';
import { createParameterMemory, type ParameterMemory } from './parameter-memory.ts';

const write = (memory: ParameterMemory, bytes: number, bytesMax = bytes) => memory.write(bytesMax, () => bytes);

it('gives each part bytes of its own, and the same bytes again after they were released', () => {
  const take = createParameterMemory();
  const memory = take();
  const [one, two] = [write(memory, 10), write(memory, 20)];
  expect([one.length, two.length, two.byteOffset - one.byteOffset]).toEqual([10, 20, 10]);
  memory.release();
  expect(write(take(), 5).buffer).toBe(one.buffer);
});

it('gives what was not written to the next', () => {
  const memory = createParameterMemory()();
  const [one, two] = [write(memory, 10, 1_000), write(memory, 20)];
  expect([one.length, two.byteOffset - one.byteOffset]).toEqual([10, 10]);
});

it('never gives the bytes of one append to another before they are released', () => {
  const take = createParameterMemory();
  expect(write(take(), 1).buffer).not.toBe(write(take(), 1).buffer);
});

it('has room for any batch, and from then on at once', () => {
  const take = createParameterMemory();
  const memory = take();
  const first = write(memory, 10);
  expect(write(memory, 3_000_000).length).toBe(3_000_000);
  memory.release();
  const larger = take();
  const [one, two] = [write(larger, 10), write(larger, 3_000_000)];
  expect(one.buffer).not.toBe(first.buffer);
  expect(two.buffer).toBe(one.buffer);
});
