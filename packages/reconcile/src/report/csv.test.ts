import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=cmd|"/c calc"!A1'])('%j is no formula', (text) => {
  const [[cell] = []] = parse(toCsv(['a'], [[text]]), { from_line: 2, relax_column_count: true }) as string[][];
  expect(cell).toBe(`'${text}`);
});

test('where cells are cut at semicolons, what comes behind one is no formula either', () => {
  expect(toCsv(['a'], [['x;=1+1'], ['x; @y'], ['1;2']])).toBe("a\r\nx;'=1+1\r\nx; '@y\r\n1;2\r\n");
});

test('numbers stay numbers, negative ones too, and nothing is an empty cell', () => {
  expect(toCsv(['a', 'b', 'c'], [[-5n, 9_007_199_254_740_993n, null]])).toBe('a,b,c\r\n-5,9007199254740993,\r\n');
});

test('whatever the text, another reader gets it back, with an apostrophe where it had to be', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 })), (rows) => {
      fc.pre(!rows.flat().some((cell) => /[;\t]/.test(cell)));
      const read = parse(toCsv(['a', 'b'], rows), { record_delimiter: '\r\n' }) as string[][];
      expect(read.slice(1).map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n])/, '')))).toEqual(rows);
    }),
  );
});
