import { describe, expect, test } from 'vitest';
import { judgeCursor } from './read-answer.ts';

const offsets = new Map(Array.from({ length: 16 }, (_, partition) => [partition, 100n] as const));
const position = { epoch: 'g2', offsets };

describe('judgeCursor', () => {
  test.each([
    ['where the read model is', { epoch: 'g2', partition: 4, offset: 100n }, null],
    ['behind it', { epoch: 'g2', partition: 4, offset: 3n }, null],
    ['before the first event', { epoch: 'g2', partition: 4, offset: -1n }, null],
    ['ahead of it', { epoch: 'g2', partition: 4, offset: 101n }, 'cursor_ahead'],
    ['of another epoch', { epoch: 'g1', partition: 4, offset: 3n }, 'epoch_changed'],
    ['of another epoch and ahead', { epoch: 'g1', partition: 4, offset: 300n }, 'epoch_changed'],
    ['of a partition that is not the merchant’s', { epoch: 'g2', partition: 5, offset: 3n }, 'epoch_changed'],
  ] as const)('a cursor %s', (_name, cursor, expected) => {
    expect(judgeCursor(cursor, position, 'mer_001')).toBe(expected);
  });
});
