import { expect, test } from 'vitest';
import { quantiles } from './demo-report.ts';
import { streamLatencies } from './measure-latency.ts';

const event = (offset: bigint, messageId: string | null, partition = 4) => ({
  partition,
  offset,
  messageId,
  merchantId: 'mer_001',
  type: 'payment.captured',
});
const arrivals = [
  { partition: 4, offset: 3n, atMs: 100 },
  { partition: 4, offset: 7n, atMs: 200 },
  { partition: 4, offset: 7n, atMs: 250 },
  { partition: 4, offset: 9n, atMs: 300 },
];
const streams = new Map([['mer_001', { merchantId: 'mer_001', arrivals, balances: new Map() }]]);
const sentAtMs = new Map([['m1', 50]]);

test('an event arrives with the first message whose cursor has reached its offset', () => {
  const measure = (offset: bigint) => streamLatencies([event(offset, 'm1')], sentAtMs, streams);
  expect(measure(0n)).toEqual([50]);
  expect(measure(3n)).toEqual([50]);
  expect(measure(4n)).toEqual([150]);
  expect(measure(7n)).toEqual([150]);
  expect(measure(8n)).toEqual([250]);
});

test('what never arrived, or was not sent by the demo, has no latency', () => {
  expect(streamLatencies([event(10n, 'm1')], sentAtMs, streams)).toEqual([]);
  expect(streamLatencies([event(3n, 'other'), event(3n, null)], sentAtMs, streams)).toEqual([]);
  expect(streamLatencies([event(3n, 'm1', 5)], sentAtMs, streams)).toEqual([]);
});

test('quantiles are of the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantiles(hundred)).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
  expect(quantiles([7])).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
  expect(quantiles([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
});
