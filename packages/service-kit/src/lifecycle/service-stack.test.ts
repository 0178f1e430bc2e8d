import { expect, test } from 'vitest';
import { createService } from './create-service.ts';
import { serviceStack } from './service-stack.ts';

test('starts in order and stops last-in first-out', async () => {
  const calls: string[] = [];
  const stack = serviceStack('stack', [recorded('a', calls), recorded('b', calls), recorded('c', calls)]);
  await stack.start();
  await stack.stop();
  expect(calls).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
});

test('a failing start stops what had started, and is what is thrown', async () => {
  const calls: string[] = [];
  const failing = createService({
    name: 'failing',
    start: async () => {
      throw new Error('port taken');
    },
    stop: async () => undefined,
  });
  const stuck = { ...recorded('b', calls), stop: () => Promise.reject(new Error('stuck')) };
  const stack = serviceStack('stack', [recorded('a', calls), stuck, failing, recorded('d', calls)]);
  await expect(stack.start()).rejects.toThrow('port taken');
  expect(calls).toEqual(['+a', '+b', '-a']);
});

test('a failing stop keeps none of the others from stopping', async () => {
  const calls: string[] = [];
  const stuck = (name: string) => ({
    ...recorded(name, calls),
    stop: () => Promise.reject(new Error(`${name} stuck`)),
  });
  const stack = serviceStack('stack', [recorded('a', calls), stuck('b'), stuck('c')]);
  await stack.start();
  await expect(stack.stop()).rejects.toMatchObject({ errors: [new Error('c stuck'), new Error('b stuck')] });
  expect(calls).toEqual(['+a', '+b', '+c', '-a']);
});

function recorded(name: string, calls: string[]) {
  return createService({
    name,
    start: async () => void calls.push(`+${name}`),
    stop: async () => void calls.push(`-${name}`),
  });
}
