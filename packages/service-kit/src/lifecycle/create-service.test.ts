import { expect, test } from 'vitest';
import { createService } from './create-service.ts';

test('stop during start aborts the start, which rejects', async () => {
  const service = createService({
    name: 'waiter',
    start: (signal) =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    stop: async () => expect.unreachable('it never started'),
  });
  const started = service.start();
  const outcome = expect(started).rejects.toThrow('waiter was stopped while it started');
  await service.stop();
  await outcome;
});

test('calls of one kind at the same time are one', async () => {
  const calls: string[] = [];
  const service = createService({
    name: 'counted',
    start: async () => void calls.push('start'),
    stop: async () => void calls.push('stop'),
  });
  await Promise.all([service.start(), service.start()]);
  await Promise.all([service.stop(), service.stop()]);
  expect(calls).toEqual(['start', 'stop']);
});

test('a failing start rejects for all who asked, and may be tried again', async () => {
  let failing = true;
  let attempts = 0;
  const service = createService({
    name: 'flaky',
    start: async () => {
      attempts += 1;
      if (failing) throw new Error('not today');
    },
    stop: async () => undefined,
  });
  const outcomes = await Promise.allSettled([service.start(), service.start()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(attempts).toBe(1);
  failing = false;
  await service.start();
});

test('a failing stop rejects once; the service counts as stopped', async () => {
  const service = createService({
    name: 'sticky',
    start: async () => undefined,
    stop: async () => {
      throw new Error('stuck');
    },
  });
  await service.start();
  await expect(service.stop()).rejects.toThrow('stuck');
  await service.stop();
});

test('a start that is stopped before its turn has come never begins', async () => {
  const service = createService({
    name: 'late',
    start: async () => expect.unreachable('it was stopped before'),
    stop: async () => undefined,
  });
  const outcome = expect(service.start()).rejects.toThrow('late was stopped while it started');
  await service.stop();
  await outcome;
});
