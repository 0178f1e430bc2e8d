import { currencyExponent } from '@northwind/events';
import type { StatementRow } from '@northwind/projector';
import type { StatementJson } from './statement.ts';

/** A statement of the read model as the API shows it. */
export function describeStatement({ merchantId: _, partition, offset, ...row }: StatementRow): StatementJson {
  return { ...row, exponent: currencyExponent(row.currency), asOf: { partition, offset } };
}
