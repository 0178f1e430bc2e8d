import { expect, test } from 'vitest';
import { findPayoutReason, PAYOUT_REASONS, REASON_SIDES } from './payout-reasons.ts';

test('every code has the form of ISO 20022, a meaning and something to do', () => {
  for (const [code, { meaning, liesWith, whatToDo }] of Object.entries(PAYOUT_REASONS)) {
    expect(code).toMatch(/^[A-Z0-9]{4}$/);
    expect(REASON_SIDES).toContain(liesWith);
    for (const sentence of [meaning, whatToDo]) expect(sentence).toMatch(/^[A-Z].{10,}\.$/);
  }
  expect(Object.keys(PAYOUT_REASONS)).toEqual(Object.keys(PAYOUT_REASONS).sort());
  expect(Object.keys(PAYOUT_REASONS).length).toBeGreaterThan(80);
});

test('the reasons that a payout meets are there', () => {
  const met =
    'AC01 AC03 AC04 AC06 AG01 AG02 AG03 AM02 AM04 AM05 AM09 BE01 BE04 BE05 BE06 BE07 CURR CUST DUPL ED05 FOCR FR01 ' +
    'MD06 MD07 MS02 MS03 NARR NOAS RC01 RC07 RR01 RR02 RR03 RR04 TECH TM01';
  for (const code of met.split(' ')) expect(findPayoutReason(code), code).toBe(PAYOUT_REASONS[code]);
});

test('whose it is agrees with what the merchant does about it', () => {
  const liesWith = (code: string) => findPayoutReason(code)?.liesWith;
  expect(['AC01', 'AC04', 'RC01', 'RR03', 'MS02'].map(liesWith)).toEqual(Array(5).fill('merchant'));
  expect(['AM04', 'AM05', 'AG02', 'BE05', 'DUPL', 'RR01'].map(liesWith)).toEqual(Array(6).fill('northwind'));
  expect([liesWith('MS03'), liesWith('AB06'), liesWith('NARR')]).toEqual(['merchant_bank', 'rail', 'unclear']);
});

test('of an unknown code nothing is said', () => {
  for (const code of ['ZZ99', '', 'constructor', '__proto__']) expect(findPayoutReason(code)).toBeNull();
});
