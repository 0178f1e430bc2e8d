import { createMetrics } from '@northwind/service-kit';
import { expect, it } from 'vitest';
import { createLagGauges } from './lag-gauges.ts';

it('shows the lag of each partition in events and in seconds', async () => {
  const registry = createMetrics();
  createLagGauges(registry)([
    {
      group: 'read_1',
      partition: 4,
      nextOffset: 5n,
      headOffset: 12n,
      lag: 7n,
      lagSeconds: 1.5,
      stoppedReason: null,
      pausedAt: null,
      updatedAt: '2026-11-22T06:00:00.000000Z',
    },
  ]);
  const text = await registry.metrics();
  expect(text).toContain('settlement_consumer_lag_events{group="read_1",partition="4"} 7');
  expect(text).toContain('settlement_consumer_lag_seconds{group="read_1",partition="4"} 1.5');
});
