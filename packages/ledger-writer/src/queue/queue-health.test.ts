import { createHealth } from '@northwind/service-kit';
import { fakeClock } from '@northwind/testing';
import { expect, it } from 'vitest';
import { createQueueHealth } from './queue-health.ts';

function start() {
  const clock = fakeClock();
  const health = createHealth();
  const queueHealth = createQueueHealth({ health, clock, visibilitySeconds: 30 });
  const says = () => health.components().map(({ state, detail }) => [state, detail])[0];
  return { clock, queueHealth, says };
}

it('fails while one way of calling the queue fails, whatever the others do', () => {
  const { queueHealth, says } = start();
  queueHealth.failed('deleting', new Error('AccessDenied'));
  queueHealth.worked('receiving');
  expect(says()).toEqual(['failing', 'deleting: AccessDenied']);
  queueHealth.failed('receiving', 'no answer');
  expect(says()).toEqual(['failing', 'deleting: AccessDenied; receiving: no answer']);
  queueHealth.worked('deleting');
  queueHealth.worked('receiving');
  expect(says()).toEqual(['ok', null]);
});

it('forgets what was not tried again: others have those messages. Not that nothing is received', async () => {
  const { clock, queueHealth, says } = start();
  queueHealth.failed('receiving', 'no answer');
  queueHealth.failed('extending', 'throttled');
  await clock.advance(60_000);
  queueHealth.worked('deleting');
  expect(says()?.[1]).toBe('receiving: no answer; extending: throttled');
  await clock.advance(1);
  queueHealth.worked('deleting');
  expect(says()).toEqual(['failing', 'receiving: no answer']);
});
