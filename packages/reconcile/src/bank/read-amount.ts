import { currencyExponent, isCurrency } from '@northwind/events';
import type { Element } from './element.ts';
import { BankStatementError } from './statement-error.ts';

export interface Amount {
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** Eighteen digits, as the standard has it. */
const DECIMAL = /^\+?(\d{0,18})(?:\.(\d{0,18}))?$/;

/** `<Amt Ccy="EUR">123.45</Amt>`, exactly: 12345n. No float is ever involved. Throws BankStatementError. */
export function readAmount(element: Element | undefined, where: string): Amount {
  const currency = element?.attributes.Ccy ?? '';
  const text = element?.text.trim() ?? '';
  const [, whole = '', fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole + fraction === '') throw new BankStatementError(`${where}: ${show(text)} is not an amount, as 123.45 is`);
  if (!isCurrency(currency)) throw new BankStatementError(`${where}: ${show(currency)} is not a currency of ISO 4217`);
  const exponent = currencyExponent(currency);
  const digits = fraction.padEnd(exponent, '0');
  if (/[1-9]/.test(digits.slice(exponent))) {
    throw new BankStatementError(`${where}: ${text} is more exact than ${currency}, which has ${exponent} decimals`);
  }
  return { amountMinor: BigInt(`${whole}${digits.slice(0, exponent)}` || '0'), currency };
}

const show = (text: string) => JSON.stringify(text.slice(0, 40));
