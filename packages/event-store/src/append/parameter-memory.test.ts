import { expect, it } from 'vitest';
import { createParameterMemory } from './parameter-memory.ts';

it('gives each part bytes of its own, and the same bytes again after they were released', () => {
  const take = createParameterMemory();
  const memory = take();
  const [one, two] = [memory.allocate(10), memory.allocate(20)];
  expect([one.length, two.length, two.byteOffset - one.byteOffset]).toEqual([10, 20, 10]);
  memory.release();
  expect(take().allocate(5).buffer).toBe(one.buffer);
});

it('never gives the bytes of one append to another before they are released', () => {
  const take = createParameterMemory();
  expect(take().allocate(1).buffer).not.toBe(take().allocate(1).buffer);
});

it('has room for any batch, and from then on at once', () => {
  const take = createParameterMemory();
  const memory = take();
  const first = memory.allocate(10);
  expect(memory.allocate(3_000_000).length).toBe(3_000_000);
  memory.release();
  const larger = take();
  const [one, two] = [larger.allocate(10), larger.allocate(3_000_000)];
  expect(one.buffer).not.toBe(first.buffer);
  expect(two.buffer).toBe(one.buffer);
});
