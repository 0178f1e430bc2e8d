import { expect, test } from 'vitest';
import { keyedTable, sqlName } from './table.ts';
import { KeyedRows } from './working-set.ts';

interface Row {
  readonly merchantId: string;
  readonly id: string;
  readonly amountMinor: bigint;
}

const table = keyedTable<Row>({
  name: 'things',
  key: ['merchantId', 'id'],
  columns: { merchantId: 'text', id: 'text', amountMinor: 'int8' },
});
const row = { merchantId: 'mer_1', id: 'a', amountMinor: 1n };

test('a row that nobody announced can neither be read nor written', () => {
  const rows = new KeyedRows(table);
  const refusal = 'but not wanted: announce it in want of the model that owns things';
  expect(() => rows.get('mer_1', 'a')).toThrow(
    `the row of things with merchantId mer_1, id a was asked for, ${refusal}`,
  );
  expect(() => rows.put(row)).toThrow(`the row of things with merchantId mer_1, id a was put, ${refusal}`);
  rows.want('mer_1', 'a');
  expect(() => rows.get('mer_1', 'a')).toThrow(refusal);
  expect(() => rows.get('mer_1')).toThrow('merchantId mer_1, id undefined was asked for');
});

test('announced keys are loaded once; what was put is written in its last state, as new or in place of a row', () => {
  const rows = new KeyedRows(table);
  rows.want('mer_1', 'a');
  rows.want('mer_1', 'a');
  rows.want('mer_1', 'b');
  expect(rows.takeWanted()).toEqual([
    ['mer_1', 'a'],
    ['mer_1', 'b'],
  ]);
  rows.want('mer_1', 'a');
  expect(rows.takeWanted()).toEqual([]);
  rows.loaded([row]);
  expect(rows.get('mer_1', 'b')).toBeUndefined();
  rows.put({ ...row, id: 'b' });
  rows.put({ ...row, id: 'b', amountMinor: 9n });
  rows.put({ ...row, amountMinor: 8n });
  expect(rows.added()).toEqual([{ ...row, id: 'b', amountMinor: 9n }]);
  expect(rows.replaced()).toEqual([{ ...row, amountMinor: 8n }]);
});

test('keys of several parts do not run into one another', () => {
  const rows = new KeyedRows(table);
  rows.want('mer_1', '2');
  rows.takeWanted();
  expect(() => rows.get('mer_', '12')).toThrow('not wanted');
});

test('a column is its property in snake case', () => {
  expect([sqlName('amountMinor'), sqlName('feeRefundedMinor'), sqlName('offset')]).toEqual([
    'amount_minor',
    'fee_refunded_minor',
    'offset',
  ]);
});
