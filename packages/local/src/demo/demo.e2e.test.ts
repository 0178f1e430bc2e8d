import { systemClock } from '@northwind/service-kit';
import { expect, test } from 'vitest';
import { runDemo } from './run-demo.ts';

const demo = (seed: string, chaos: boolean) => runDemo({ seed, events: 2_000, chaos, clock: systemClock });

test('the whole system agrees with the generator to the minor unit', async () => {
  const report = await demo('e2e', false);
  expect(report.inconsistencies).toEqual([]);
  expect(report.sent).toEqual({ total: 2_000, fresh: 1_580, duplicate: 400, conflict: 10, invalid: 10 });
  expect(report.webhooks.verified).toBe(report.webhooks.expected);
  expect(report.latency.websocketMs.count).toBeGreaterThan(report.sent.fresh * 0.99);
});

test('kill -9 of every service in the middle changes nothing in the result', async () => {
  const report = await demo('e2e-chaos', true);
  expect(report.inconsistencies).toEqual([]);
  expect(report.killed.toSorted()).toEqual(['api', 'projector', 'webhooks', 'writer']);
  expect(report.streams.reconnects).toBeGreaterThan(0);
});
