import { expect, test } from 'vitest';
import type { DemoReport } from './demo-report.ts';
import { isPassed, renderReport } from './render-report.ts';

const report: DemoReport = {
  seed: '3f2a91c0',
  passed: true,
  inconsistencies: [],
  sent: { total: 10_000, fresh: 7_900, duplicate: 2_000, conflict: 50, invalid: 50 },
  intake: { received: 10_004, appended: 7_900, duplicate: 2_004, conflict: 50, rejected: 50, redelivered: 4 },
  compared: { merchants: 500, balances: 531, payouts: 517, streamedBalances: 531 },
  webhooks: { expected: 471, planned: 471, delivered: 471, verified: 471, repeated: 2 },
  streams: { sockets: 500, messages: 5_154, reconnects: 500, resets: 0 },
  eventsPerSecond: 2_345,
  processingMs: 4_264,
  inFlightMax: 3_210,
  latency: {
    websocketMs: { count: 7_900, p50: 834, p99: 1_634, max: 1_771 },
    webhookMs: { count: 471, p50: 834, p99: 3_684, max: 3_824 },
  },
  killed: ['writer', 'projector'],
  totalMs: 24_100,
};

test('a report that passed shows every figure', () => {
  expect(isPassed(report)).toBe(true);
  expect(renderReport(report, false)).toMatchInlineSnapshot(`
    "
      ● every figure is right                                 seed 3f2a91c0 · 24.1 s

      Messages       each accounted for, none twice
      fresh           7,900 sent  →   7,900 appended   ✓
      again           2,000 sent  →   2,004 duplicate  ✓
      contradicting      50 sent  →      50 conflict   ✓
      invalid            50 sent  →      50 rejected   ✓
      all            10,000 sent  →  10,004 received   ✓  4 of them delivered again by the queue

      Money          to the minor unit, against the generator that knows by itself
      balances       531, nine figures each, of 500 merchants  ✓
      payouts        517 statuses and amounts  ✓
      websockets     531 balances as the open pages show them  ✓

      Webhooks       verified by the npm package standardwebhooks
      471 settled → 471 planned → 471 delivered → 471 verified  ✓  2 came again, as at-least-once allows

      Speed          sent as fast as the queue takes them, up to 3,210 in flight at once
      throughput     2,345 events a second, all applied in 4.3 s
      websockets     500 open, 5,154 messages, 500 came back by their cursor
                                  p50        p99        max
      send → websocket         834 ms   1,634 ms   1,771 ms
      send → webhook           834 ms   3,684 ms   3,824 ms

      Chaos          kill -9 of writer, projector in the middle
    "
  `);
});

test('a report that failed says what is wrong and how to repeat it', () => {
  const inconsistencies = ['balances: mer_001 EUR feesMinor is 1 and should be 2'];
  const text = renderReport({ ...report, passed: false, inconsistencies }, false);
  expect(text).toContain('✗ NOT EVERYTHING IS RIGHT');
  expect(text).toContain('✗ balances: mer_001 EUR feesMinor is 1 and should be 2');
  expect(text).toContain('settle demo --seed 3f2a91c0 --events 10000 --chaos');
  expect(text).toMatch(/balances .*nine figures each, of 500 merchants {2}✗/);
});
