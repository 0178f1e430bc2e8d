import { describe, expect, test } from 'vitest';
import { CURRENCIES_WITHOUT_MINOR_UNIT, CURRENCY_CODES, currencyExponent, isCurrency } from './currencies.ts';
import { formatMoney } from './format-money.ts';

describe('currencies', () => {
  test('are the 178 codes of ISO 4217 of 2026-01-01, 13 of them without a minor unit', () => {
    expect(CURRENCY_CODES).toHaveLength(165);
    expect(CURRENCIES_WITHOUT_MINOR_UNIT.size).toBe(13);
    expect(CURRENCY_CODES.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
    expect([...CURRENCY_CODES]).toEqual([...new Set(CURRENCY_CODES)].sort());
    expect(CURRENCY_CODES.filter((code) => CURRENCIES_WITHOUT_MINOR_UNIT.has(code))).toEqual([]);
  });

  test.each([
    ['EUR', 2],
    ['GBP', 2],
    ['JPY', 0],
    ['ISK', 0],
    ['UGX', 0],
    ['KWD', 3],
    ['IQD', 3],
    ['CLF', 4],
    ['UYW', 4],
    ['MRU', 2],
    ['MGA', 2],
    ['HUF', 2],
    ['XCG', 2],
    ['XAD', 2],
    ['ZWG', 2],
  ])('%s has exponent %i', (code, exponent) => {
    expect(isCurrency(code)).toBe(true);
    expect(currencyExponent(code)).toBe(exponent);
  });

  test.each(['BGN', 'HRK', 'ANG', 'SLL', 'ZWL', 'XAU', 'XXX', 'XTS', 'eur', 'EU', '', 'toString'])(
    '%j is none',
    (code) => {
      expect(isCurrency(code)).toBe(false);
      expect(() => currencyExponent(code)).toThrow(/is not a currency with a minor unit/);
    },
  );

  test('include every code that the runtime knows, except those that were withdrawn or have no minor unit', () => {
    const withdrawn = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'];
    const unknown = Intl.supportedValuesOf('currency').filter((code) => !isCurrency(code));
    expect(unknown.filter((code) => !withdrawn.includes(code) && !CURRENCIES_WITHOUT_MINOR_UNIT.has(code))).toEqual([]);
  });
});

test.each([
  [12_345n, 'EUR', '123.45 EUR'],
  [-12_345n, 'EUR', '-123.45 EUR'],
  [5n, 'EUR', '0.05 EUR'],
  [-5n, 'EUR', '-0.05 EUR'],
  [0n, 'EUR', '0.00 EUR'],
  [0n, 'JPY', '0 JPY'],
  [-5n, 'JPY', '-5 JPY'],
  [1n, 'KWD', '0.001 KWD'],
  [12_345n, 'CLF', '1.2345 CLF'],
  [9_223_372_036_854_775_807n, 'EUR', '92233720368547758.07 EUR'],
])('%i %s is written %s', (amountMinor, currency, text) => {
  expect(formatMoney(amountMinor, currency)).toBe(text);
});
