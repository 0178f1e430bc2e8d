import { expect, test } from 'vitest';
import { pence, readRetailLine } from './retail-line.ts';

test.each([
  [6n, '2.55', 1530n],
  [1n, '0.001', 0n],
  [5n, '0.001', 1n],
  [-5n, '0.001', -1n],
  [1n, '-11062.06', -1106206n],
  [-3n, '0.0', 0n],
  [3n, '0.333', 100n],
  [80995n, '2.08', 16846960n],
])('%s × %s pounds are %s pence, a half rounded away from zero', (quantity, price, expected) => {
  expect(pence(quantity, price)).toBe(expected);
});

test('a line that is not one names the column that is wrong', () => {
  const fields = ['536365', '85123A', '6', '2010-12-01 08:26:00', '2.55', '17850', 'United Kingdom'];
  const change = (index: number, value: string) => fields.with(index, value);
  expect(readRetailLine(fields)).toMatchObject({ stockCode: '85123A', quantity: 6n, unitPrice: '2.55' });
  expect(readRetailLine(change(0, ''))).toEqual({ wrong: 'InvoiceNo is empty' });
  expect(readRetailLine(change(2, '1.5'))).toEqual({ wrong: 'Quantity "1.5" is not a whole number' });
  expect(readRetailLine(change(4, '2,55'))).toEqual({ wrong: 'UnitPrice "2,55" is not a decimal number' });
  expect(readRetailLine(['536365', '85123A', '6'])).toMatchObject({ wrong: expect.stringContaining('InvoiceDate') });
});
