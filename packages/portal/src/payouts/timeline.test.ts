import { describe, expect, it } from 'vitest';
import type { PayoutFact } from '../wire/payout.ts';
import { examplePayout } from './example-payout.testing.ts';
import { describeTimeline, nextStep } from './timeline.ts';

const fact = (type: string, offset: bigint, more: Partial<PayoutFact> = {}): PayoutFact => ({
  type,
  partition: 4,
  offset,
  occurredAt: '2026-11-22T06:00:00.000000Z',
  recordedAt: '2026-11-22T06:00:00.040000Z',
  data: {},
  ...more,
});

describe('describeTimeline', () => {
  it('tells what happened in its order, however it was recorded', () => {
    const entries = describeTimeline(examplePayout, [
      fact('payout.settled', 7n, { occurredAt: '2026-11-22T06:09:00.000000Z' }),
      fact('payout.initiated', 9n, { occurredAt: '2026-11-22T06:00:00.000000Z' }),
      fact('payout.submitted', 8n, { occurredAt: '2026-11-22T06:00:00.000001Z' }),
    ]);
    expect(entries.map((entry) => entry.coordinate)).toEqual(['4:9', '4:8', '4:7']);
    expect(entries.map((entry) => entry.tone)).toEqual(['start', 'moving', 'good']);
  });

  it('orders facts of one instant by their place in the log, also past 2^53', () => {
    const entries = describeTimeline(examplePayout, [
      fact('payout.settled', 9_007_199_254_740_993n),
      fact('payout.initiated', 9_007_199_254_740_992n),
    ]);
    expect(entries.map((entry) => entry.coordinate)).toEqual(['4:9007199254740992', '4:9007199254740993']);
  });

  it('says when a fact came late, and is silent about moments', () => {
    const late = fact('payout.settled', 1n, { recordedAt: '2026-11-22T06:04:00.000000Z' });
    const [entry, prompt] = describeTimeline(examplePayout, [late, fact('payout.failed', 2n)]);
    expect(entry?.recordedLater).toBe('4 min');
    expect(prompt?.recordedLater).toBeNull();
  });

  it('puts what the fact says into words', () => {
    const data = { amount: 12_345, currency: 'EUR', destination: 'NL•• 4300', reasonCode: 'AC04', reason: 'Closed' };
    const [entry] = describeTimeline(examplePayout, [fact('payout.failed', 1n, { data })]);
    expect(entry?.details[0]).toContain('123.45');
    expect(entry?.details.slice(1)).toEqual(['to NL•• 4300', 'AC04 · Closed']);
  });

  it('shows a type that it does not know by its name', () => {
    expect(describeTimeline(examplePayout, [fact('payout.recalled', 1n)])[0]?.title).toBe('payout.recalled');
  });
});

describe('nextStep', () => {
  it.each([
    ['initiated', true],
    ['submitted', true],
    ['settled', false],
    ['failed', false],
    ['returned', false],
  ] as const)('%s has one: %s', (status, has) => {
    expect(nextStep({ ...examplePayout, status }) !== null).toBe(has);
  });
});
