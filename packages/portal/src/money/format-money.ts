// Intl formats a decimal *string* digit for digit (a number would pass through a double), so an amount stays exact from
// the log to the pixel.

export interface MoneyFormat {
  readonly currency: string;
  readonly exponent: number;
  readonly locale: string;
  readonly sign?: 'auto' | 'always';
}

export interface MoneyParts {
  /** Everything before the decimal separator, symbol and sign included: `−€1,234`. */
  readonly whole: string;
  /** Separator and minor digits, and a symbol that follows them: `.56`. Empty for a currency without minor units. */
  readonly fraction: string;
}

export function decimalText(amountMinor: bigint, exponent: number): string {
  const sign = amountMinor < 0n ? '-' : '';
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatOf({ currency, exponent, locale, sign = 'auto' }: MoneyFormat): Intl.NumberFormat {
  const key = `${locale} ${currency} ${exponent} ${sign}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
    signDisplay: sign === 'always' ? 'exceptZero' : 'auto',
  });
  formats.set(key, format);
  return format;
}

// A true minus sign is as wide as a digit and is read aloud as "minus", unlike the hyphen that Intl writes.
const withMinusSign = (text: string): string => text.replace('-', '−');

export function formatMoneyParts(amountMinor: bigint, format: MoneyFormat): MoneyParts {
  const exact = decimalText(amountMinor, format.exponent) as Intl.StringNumericLiteral;
  const parts = formatOf(format).formatToParts(exact);
  const decimal = parts.findIndex((part) => part.type === 'decimal');
  const text = (slice: readonly Intl.NumberFormatPart[]): string => slice.map((part) => part.value).join('');
  if (decimal === -1) return { whole: withMinusSign(text(parts)), fraction: '' };
  return { whole: withMinusSign(text(parts.slice(0, decimal))), fraction: text(parts.slice(decimal)) };
}

export function formatMoney(amountMinor: bigint, format: MoneyFormat): string {
  const { whole, fraction } = formatMoneyParts(amountMinor, format);
  return `${whole}${fraction}`;
}
