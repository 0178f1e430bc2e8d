import { expect, test } from 'vitest';
import { explainPayoutReason, PAYOUT_REASONS } from './payout-reasons.ts';

test('every code has the form of ISO 20022, a meaning and something to do', () => {
  for (const [code, { meaning, whatToDo }] of Object.entries(PAYOUT_REASONS)) {
    expect(code).toMatch(/^[A-Z0-9]{4}$/);
    for (const sentence of [meaning, whatToDo]) expect(sentence).toMatch(/^[A-Z].{10,}\.$/);
  }
  expect(Object.keys(PAYOUT_REASONS)).toEqual(Object.keys(PAYOUT_REASONS).sort());
  expect(Object.keys(PAYOUT_REASONS).length).toBeGreaterThan(80);
});

test('the reasons that merchants meet most are there', () => {
  for (const code of ['AC01', 'AC04', 'AC06', 'AM04', 'AM05', 'BE04', 'RC01', 'RR04', 'FR01', 'MS03', 'AG01', 'TM01']) {
    expect(explainPayoutReason(code)).toBe(PAYOUT_REASONS[code]);
  }
});

test('an unknown code has a general answer', () => {
  for (const code of ['ZZ99', '', 'constructor']) {
    expect(explainPayoutReason(code).meaning).toMatch(/no words for/);
  }
});
