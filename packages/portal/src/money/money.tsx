import { PAGE_LOCALE } from '../platform/page-locale.ts';
import { formatMoneyParts } from './format-money.ts';
import './money.css';

interface MoneyProps {
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly exponent: number;
  readonly sign?: 'auto' | 'always';
}

export function Money({ amountMinor, currency, exponent, sign = 'auto' }: MoneyProps) {
  const { whole, fraction } = formatMoneyParts(amountMinor, { currency, exponent, sign, locale: PAGE_LOCALE });
  return (
    <span className="money">
      {whole}
      <span className="money-fraction">{fraction}</span>
    </span>
  );
}
