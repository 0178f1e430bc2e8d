import { PAYOUT_REASONS } from '@northwind/events';
import { describe, expect, test } from 'vitest';
import { samplePayout } from '../../test/sample-rows.ts';
import { describePayout } from './describe-payout.ts';

describe('describePayout', () => {
  test('says in plain words what the reason code means and what to do', () => {
    expect(describePayout(samplePayout(1n))).toMatchObject({
      exponent: 2,
      reasonCode: 'AC04',
      reasonMeaning: PAYOUT_REASONS.AC04?.meaning,
      whatToDo: PAYOUT_REASONS.AC04?.whatToDo,
    });
  });

  test.each(['ZZ99', 'constructor', '__proto__'])('knows nothing about the code %s and says so', (reasonCode) => {
    expect(describePayout({ ...samplePayout(1n), reasonCode })).toMatchObject({ reasonMeaning: null, whatToDo: null });
  });

  test('a payout without an amount yet has no exponent', () => {
    expect(describePayout({ ...samplePayout(1n), amountMinor: null, currency: null })).toMatchObject({
      amountMinor: null,
      currency: null,
      exponent: null,
    });
  });
});
