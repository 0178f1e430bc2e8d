import { describe, expect, it } from 'vitest';
import type { Delivery, DeliveryAttempt } from '../wire/delivery.ts';
import {
  countAttempts,
  describeAttempt,
  describeDelivery,
  describeEndpoint,
  describeTrigger,
} from './describe-delivery.ts';

const attempt: DeliveryAttempt = {
  attempt: 1,
  startedAt: '2026-11-22T06:00:00.000000Z',
  finishedAt: '2026-11-22T06:00:00.048000Z',
  outcome: 'delivered',
  outcomeMeaning: null,
  responseStatus: 204,
  durationMs: 48,
  triggeredBy: 'schedule',
};

const delivery: Delivery = {
  partition: 4,
  offset: 7n,
  deliveryId: '01a201d7-0b00-89b7-b4ae-383545f4e3cd',
  webhookId: 'msg_1',
  endpointId: 'we_1',
  url: 'https://shop.example/hooks',
  eventType: 'payout.settled',
  state: 'pending',
  nextAttemptAt: null,
  attemptsMade: 0,
  attempts: [],
};

describe('a delivery in words', () => {
  it.each([
    [delivery, 'Sending'],
    [{ ...delivery, attempts: [attempt] }, 'Retrying'],
    [{ ...delivery, state: 'exhausted', attempts: [attempt] }, 'Given up'],
  ])('%#', (shown, words) => {
    expect(describeDelivery(shown)).toBe(words);
  });

  it('tells what answered, or what happened instead', () => {
    expect(describeAttempt(attempt)).toBe('Answered 204 in 48 ms');
    expect(describeAttempt({ ...attempt, outcome: 'timeout', responseStatus: null, durationMs: 15_000 })).toBe(
      'Timeout after 15 s',
    );
    expect(describeAttempt({ ...attempt, outcome: 'lease_expired', responseStatus: null, durationMs: null })).toBe(
      'Lease expired',
    );
  });

  it('says who wanted an attempt, unless it was the schedule', () => {
    expect(describeTrigger(attempt)).toBeNull();
    expect(describeTrigger({ ...attempt, triggeredBy: 'resend by merchant (portal)' })).toBe('sent again by hand');
    expect(describeTrigger({ ...attempt, triggeredBy: 'job rj_1' })).toBe('sent again in bulk');
  });

  it('counts attempts', () => {
    expect(countAttempts({ ...delivery, attemptsMade: 1, attempts: [attempt] })).toBe('1 attempt');
    expect(countAttempts({ ...delivery, attemptsMade: 2, attempts: [attempt, attempt] })).toBe('2 attempts');
    expect(countAttempts({ ...delivery, attemptsMade: 2, attempts: [] })).toBe('2 attempts');
    expect(countAttempts({ ...delivery, attemptsMade: 0, attempts: [attempt] })).toBe('1 attempt');
    expect(countAttempts({ ...delivery, attemptsMade: 900, attempts: [attempt] })).toBe(
      '900 attempts, the latest 1 shown',
    );
  });

  it('names the endpoint by its address, or by its id when the address is gone', () => {
    expect(describeEndpoint(delivery)).toBe('shop.example/hooks');
    expect(describeEndpoint({ ...delivery, url: null })).toBe('we_1');
  });
});
