import { expect, test } from 'vitest';
import { type DisputeStatus, disputeStatus } from './status.ts';

const TABLE: readonly (readonly [readonly DisputeStatus[], DisputeStatus | null])[] = [
  [[], null],
  [['opened'], 'opened'],
  [['won'], 'won'],
  [['lost'], 'lost'],
  [['opened', 'won'], 'won'],
  [['opened', 'lost'], 'lost'],
  [['won', 'lost'], 'lost'],
  [['opened', 'won', 'lost'], 'lost'],
];

test.each(TABLE)('facts %j are status %s, in whatever order they are held', (facts, expected) => {
  expect(disputeStatus(new Set(facts))).toBe(expected);
  expect(disputeStatus(new Set(facts.toReversed()))).toBe(expected);
});
