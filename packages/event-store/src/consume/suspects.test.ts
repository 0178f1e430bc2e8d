import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSuspects } from './suspects.ts';

it('finds the poison wherever it is, having let everything before it through', () => {
  const world = fc.record({ length: fc.integer({ min: 1, max: 500 }), batch: fc.integer({ min: 1, max: 64 }) });
  fc.assert(
    fc.property(world, fc.nat(499), ({ length, batch }, place) => {
      const poison = place % length;
      const suspects = createSuspects(batch);
      let next = 0;
      for (let step = 0; step < 2_000; step += 1) {
        const size = Math.min(suspects.next()?.itemsMax ?? batch, length - next);
        if (next <= poison && poison < next + size) {
          if (suspects.failed([7], size) !== undefined) return next === poison;
        } else {
          next += size;
          suspects.succeeded(7);
        }
      }
      return false;
    }),
  );
});

it('takes every partition of a failed batch for a suspect and clears those that grow back to full size', () => {
  const suspects = createSuspects(8);
  expect(suspects.failed([1, 2, 3], 8)).toBeUndefined();
  expect(suspects.partitions()).toEqual([1, 2, 3]);
  expect(suspects.next()).toEqual({ partition: 1, itemsMax: 4 });
  suspects.succeeded(1);
  expect(suspects.partitions()).toEqual([2, 3]);
  suspects.clear(2);
  expect(suspects.failed([3], 1)).toBe(3);
});
