import { expect, test } from 'vitest';
import { answerHealth } from './answer-health.ts';
import { createHealth } from './create-health.ts';
import { createMetrics, Gauge } from './create-metrics.ts';

test('is ready while no component fails, and alive anyway', async () => {
  const health = createHealth();
  const registry = createMetrics();
  const status = async (path: string) => (await answerHealth(path, health, registry))?.status;

  health.set('queue', 'ok');
  expect(await status('/health/ready')).toBe(200);
  health.set('database', 'failing', 'connection refused');
  expect(await status('/health/ready')).toBe(503);
  expect(await status('/health/live')).toBe(200);
  expect(JSON.parse((await answerHealth('/health/ready', health, registry))?.body ?? '')).toEqual({
    status: 'failing',
    components: [
      { component: 'queue', state: 'ok', detail: null },
      { component: 'database', state: 'failing', detail: 'connection refused' },
    ],
  });
  health.set('database', 'ok');
  expect(health.ready()).toBe(true);
  expect(await status('/other')).toBeUndefined();
});

test('is not ready before every awaited component has reported', async () => {
  const health = createHealth(['log', 'queue']);
  const answer = async () => JSON.parse((await answerHealth('/health/ready', health, createMetrics()))?.body ?? '');
  expect(await answer()).toEqual({
    status: 'failing',
    components: [
      { component: 'log', state: 'failing', detail: 'not started yet' },
      { component: 'queue', state: 'failing', detail: 'not started yet' },
    ],
  });
  health.set('log', 'ok');
  expect(health.ready()).toBe(false);
  health.set('queue', 'ok');
  expect(await answer()).toMatchObject({ status: 'ok', components: [{ detail: null }, { detail: null }] });
});

test('metrics hold the process’s own and those that were added', async () => {
  const registry = createMetrics();
  new Gauge({ name: 'shop_queue_messages', help: 'Messages in the queue.', registers: [registry] }).set(3);
  const answer = await answerHealth('/metrics', createHealth(), registry);
  expect(answer?.body).toContain('shop_queue_messages 3');
  expect(answer?.body).toContain('process_resident_memory_bytes');
});
