import { currencyExponent } from './currencies.ts';

/** Exact text of an amount: `123.45 EUR`, `-5 JPY`, `0.001 KWD`. No float is ever involved. */
export function formatMoney(amountMinor: bigint, currency: string): string {
  const exponent = currencyExponent(currency);
  const negative = amountMinor < 0n;
  const digits = (negative ? -amountMinor : amountMinor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const number = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
  return `${negative ? '-' : ''}${number} ${currency}`;
}
