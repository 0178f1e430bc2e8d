import { expect, test } from 'vitest';
import { describeEvent } from './describe-event.ts';

test('a crash says who, why and when it starts again', () => {
  const event = { kind: 'child.crashed', name: 'writer', reason: 'SIGKILL', restartInMs: 120 } as const;
  expect(describeEvent(event)).toBe('writer ended by itself (SIGKILL); it starts again in 120 ms');
  expect(describeEvent({ kind: 'child.ready', name: 'writer', restarts: 2 })).toBe('writer runs again (restart 2)');
});

test('what only logs need is not said', () => {
  const event = { kind: 'child.started', name: 'writer', process: { pid: 1, startedAt: '1' } } as const;
  expect(describeEvent(event)).toBeNull();
});
