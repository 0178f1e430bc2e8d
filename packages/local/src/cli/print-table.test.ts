import { expect, test } from 'vitest';
import { formatTable } from './print-table.ts';

test('columns are aligned, without borders, colours or trailing spaces', () => {
  const rows = [
    { name: 'mer_001', amount: '4.50 EUR' },
    { name: 'm', amount: '12345.00 EUR' },
  ];
  const table = formatTable(rows, [
    { title: 'merchant', value: (row) => row.name },
    { title: 'available', value: (row) => row.amount, align: 'right' },
    { title: 'note', value: () => '' },
  ]);
  expect(table).toBe(['merchant     available  note', 'mer_001       4.50 EUR', 'm         12345.00 EUR'].join('\n'));
});
