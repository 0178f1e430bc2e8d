import { describe, expect, it } from 'vitest';
import type { Payout, PayoutStatus } from '../wire/payout.ts';
import { describeArrival, describeReason, PAYOUT_FILTERS, passesFilter } from './describe-payout.ts';
import { examplePayout } from './example-payout.testing.ts';

const noon = new Date(2026, 10, 22, 12, 0, 0).getTime();
const at = (minutes: number): string => new Date(noon + minutes * 60_000).toISOString();
const payout = (status: PayoutStatus, more: Partial<Payout> = {}): Payout => ({ ...examplePayout, status, ...more });

describe('describeArrival', () => {
  it.each([
    ['no estimate', payout('initiated', { expectedArrival: null }), 'No estimate yet', 'plain'],
    ['soon', payout('submitted', { expectedArrival: at(12) }), 'Due in 12 min', 'plain'],
    ['this minute', payout('submitted', { expectedArrival: at(-0.5) }), 'Due now', 'plain'],
    ['tomorrow', payout('submitted', { expectedArrival: at(24 * 60) }), 'Due tomorrow 12:00', 'plain'],
    ['late', payout('submitted', { expectedArrival: at(-30) }), 'Was due 30 min ago', 'late'],
    [
      'a bare day is not late before it ends',
      payout('submitted', { expectedArrival: '2026-11-22' }),
      'Due today',
      'plain',
    ],
    ['settled', payout('settled', { settledAt: at(-5) }), 'Arrived today 11:55', 'done'],
    ['settled, time unknown', payout('settled'), 'Arrived', 'done'],
    ['failed', payout('failed', { reasonMeaning: 'The account is closed' }), 'The account is closed', 'bad'],
    ['returned without a reason', payout('returned'), 'No reason given', 'bad'],
  ] as const)('%s', (_name, shown, text, tone) => {
    expect(describeArrival(shown, noon)).toEqual({ text, tone });
  });
});

describe('describeReason', () => {
  it('prefers what the code means to what the bank wrote, and that to the bare code', () => {
    const all = { reasonMeaning: 'The account is closed', reason: 'ACC CLSD', reasonCode: 'AC04' };
    expect(describeReason(payout('failed', all))).toBe('The account is closed');
    expect(describeReason(payout('failed', { ...all, reasonMeaning: null }))).toBe('ACC CLSD');
    expect(describeReason(payout('failed', { reasonCode: 'AC04' }))).toBe('AC04');
  });
});

describe('the filters', () => {
  it.each(['initiated', 'submitted', 'settled', 'failed', 'returned'] as const)(
    '%s is in "all" and one more',
    (status) => {
      expect(PAYOUT_FILTERS.filter((filter) => passesFilter(payout(status), filter))).toHaveLength(2);
    },
  );
});
