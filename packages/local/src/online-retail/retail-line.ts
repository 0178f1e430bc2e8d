/** One line of the CSV, its fields read. */
export interface RetailLine {
  readonly invoice: string;
  readonly stockCode: string;
  readonly quantity: bigint;
  /** Price of one piece in pounds as written, such as `2.55` or `0.001`. */
  readonly unitPrice: string;
  /** `2010-12-01 08:26:00`, taken as UTC. */
  readonly invoiceDate: string;
  /** Empty for about a quarter of the lines. */
  readonly customer: string;
  readonly country: string;
}

export const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

const INTEGER = /^-?\d{1,15}$/;
const DECIMAL = /^-?\d{1,15}(\.\d{1,6})?$/;
const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Reads the fields of a line in the order of COLUMNS; answers with the column that is wrong. */
export function readRetailLine(fields: readonly string[]): RetailLine | { readonly wrong: string } {
  const [invoice = '', stockCode = '', quantity = '', invoiceDate = '', unitPrice = '', customer = '', country = ''] =
    fields;
  if (invoice === '') return { wrong: 'InvoiceNo is empty' };
  if (stockCode === '') return { wrong: 'StockCode is empty' };
  if (!INTEGER.test(quantity)) return { wrong: `Quantity "${quantity}" is not a whole number` };
  if (!DATE.test(invoiceDate)) return { wrong: `InvoiceDate "${invoiceDate}" is not like 2010-12-01 08:26:00` };
  if (!DECIMAL.test(unitPrice)) return { wrong: `UnitPrice "${unitPrice}" is not a decimal number` };
  return { invoice, stockCode, quantity: BigInt(quantity), unitPrice, invoiceDate, customer, country };
}

/** quantity × price in pence, exactly: a half is rounded away from zero. */
export function pence(quantity: bigint, unitPrice: string): bigint {
  const [whole = '0', fraction = ''] = unitPrice.replace('-', '').split('.');
  const scale = 10n ** BigInt(fraction.length);
  const magnitude = BigInt(whole + fraction) * (quantity < 0n ? -quantity : quantity) * 100n;
  const rounded = (2n * magnitude + scale) / (2n * scale);
  return quantity < 0n !== unitPrice.startsWith('-') ? -rounded : rounded;
}
