import { expect, test } from 'vitest';
import { VoidRun } from '../harness/benchmark.ts';
import { expectServed } from './expect-indexes.ts';

const before = new Map([['payouts_pk', 3n]]);

test('reads that their index did not serve void the run, but for a few', () => {
  const after = new Map([['payouts_pk', 93n]]);
  expectServed({ index: 'payouts_pk', reads: 100, before, after });
  const missed = () => expectServed({ index: 'payouts_pk', reads: 101, before, after });
  expect(missed).toThrow(VoidRun);
  expect(missed).toThrow('payouts_pk was scanned 90 times for 101 reads');
});

test('an index that is not there serves nothing', () => {
  const gone = () => expectServed({ index: 'payouts_newest', reads: 1, before, after: before });
  expect(gone).toThrow('payouts_newest was scanned 0 times for 1 reads');
});
