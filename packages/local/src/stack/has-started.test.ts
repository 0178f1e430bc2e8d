import { answerHealth, createHealth, createMetrics } from '@northwind/service-kit';
import { expect, test } from 'vitest';
import { hasStarted } from './has-started.ts';

test('a service has started once all that it waits for has reported, also when that is a failure', async () => {
  const health = createHealth(['consumer read_1']);
  const answer = async () => (await answerHealth('/health/ready', health, createMetrics()))?.body ?? '';
  expect(hasStarted(await answer())).toBe(false);
  health.set('consumer read_1', 'failing', 'partition 4 is stopped: event 4:3: unknown type');
  expect(hasStarted(await answer())).toBe(true);
  health.set('consumer read_1', 'ok');
  expect(hasStarted(await answer())).toBe(true);
});

test.each(['', 'not found', 'null', '{}'])('%j is no answer of a service', (body) => {
  expect(hasStarted(body)).toBe(false);
});
