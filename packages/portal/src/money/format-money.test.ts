import { currencyExponent, formatMoney as formatAsEvents } from '@northwind/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalText, formatMoney, formatMoneyParts } from './format-money.ts';

const euro = { currency: 'EUR', exponent: 2, locale: 'en-GB' } as const;

describe('formatMoney', () => {
  it.each([
    [0n, '€0.00'],
    [5n, '€0.05'],
    [-5n, '−€0.05'],
    [123_456n, '€1,234.56'],
    [9_007_199_254_740_993n, '€90,071,992,547,409.93'],
    [9_223_372_036_854_775_807n, '€92,233,720,368,547,758.07'],
    [-9_223_372_036_854_775_808n, '−€92,233,720,368,547,758.08'],
  ])('writes %s exactly', (amountMinor, text) => {
    expect(formatMoney(amountMinor, euro)).toBe(text);
  });

  it('follows the currency, not a habit of two decimals', () => {
    expect(formatMoney(1_234n, { currency: 'JPY', exponent: 0, locale: 'en-GB' })).toBe('¥1,234');
    expect(formatMoney(1_234n, { currency: 'KWD', exponent: 3, locale: 'en-GB' }).replace(/\s/, ' ')).toBe('KWD 1.234');
  });

  it('shows a sign when asked, and none on zero', () => {
    expect(formatMoney(250n, { ...euro, sign: 'always' })).toBe('+€2.50');
    expect(formatMoney(0n, { ...euro, sign: 'always' })).toBe('€0.00');
  });

  it('parts whole and fraction so that the page can set them apart', () => {
    expect(formatMoneyParts(-123_456n, euro)).toEqual({ whole: '−€1,234', fraction: '.56' });
    expect(formatMoneyParts(7n, { currency: 'JPY', exponent: 0, locale: 'en-GB' })).toEqual({
      whole: '¥7',
      fraction: '',
    });
  });
});

describe('decimalText', () => {
  it('agrees with the event catalogue for every int8', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), currency, (amountMinor, code) => {
        expect(`${decimalText(amountMinor, currencyExponent(code))} ${code}`).toBe(formatAsEvents(amountMinor, code));
      }),
    );
  });

  it('never rounds', () => {
    expect(decimalText(-1n, 3)).toBe('-0.001');
    expect(decimalText(12n, 0)).toBe('12');
  });
});
