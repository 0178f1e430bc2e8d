import { PAYOUT_REASONS } from '@northwind/events';
import { describe, expect, test } from 'vitest';
import { samplePayout } from '../../test/sample-rows.ts';
import { describePayout } from './describe-payout.ts';
import { payoutSchema } from './payout.ts';

describe('describePayout', () => {
  test('says in plain words what the reason code means and what to do', () => {
    expect(describePayout(samplePayout(1n))).toMatchObject({
      exponent: 2,
      reasonCode: 'AC04',
      reasonMeaning: PAYOUT_REASONS.AC04?.meaning,
      reasonLiesWith: 'merchant',
      whatToDo: PAYOUT_REASONS.AC04?.whatToDo,
    });
  });

  test.each(['ZZ99', 'constructor', '__proto__'])('knows nothing about the code %s and says so', (reasonCode) => {
    expect(describePayout({ ...samplePayout(1n), reasonCode })).toMatchObject({
      reasonMeaning: null,
      reasonLiesWith: null,
      whatToDo: null,
    });
  });

  test.each(['po\t1', `po_${'1'.repeat(200)}`])('an answer carries the id that the tables hold: %j', (payoutId) => {
    const payout = describePayout(samplePayout(1n, payoutId, 'mer\t1'));
    expect(payoutSchema.encode(payout)).toMatchObject({ payoutId, merchantId: 'mer\t1' });
  });

  test('a payout without an amount yet has no exponent', () => {
    expect(describePayout({ ...samplePayout(1n), amountMinor: null, currency: null })).toMatchObject({
      amountMinor: null,
      currency: null,
      exponent: null,
    });
  });
});
