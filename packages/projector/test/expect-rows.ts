/** Compares rows with what a specification says of them, and tells the difference column by column. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { stringify } from '@northwind/service-kit';
import type { Table } from '../src/working-set/table.ts';

type Row = Readonly<Record<string, unknown>>;

/** Table → its rows, in the order of the key; of each row the columns that matter. */
export type ExpectedRows = Readonly<Record<string, readonly Row[]>>;

export interface FoundRows {
  readonly table: Table;
  readonly rows: readonly Row[];
}

/** Throws an error whose message begins with `head` and has a line for each difference. */
export function expectRows(expected: ExpectedRows, found: readonly FoundRows[], head: readonly string[]): void {
  const differences = Object.entries(expected).flatMap(([name, rows]) => {
    const of = found.find(({ table }) => table.name === name);
    if (of === undefined)
      throw new Error(`there is no table ${name}: ${found.map(({ table }) => table.name).join(', ')}`);
    return compareRows(of.table, rows, inKeyOrder(of.table, of.rows));
  });
  if (differences.length > 0) throw new Error(['rows are not as specified', ...head, ...differences].join('\n  '));
}

function compareRows(table: Table, expected: readonly Row[], found: readonly Row[]): string[] {
  const missing = expected.slice(found.length).map((row) => `${table.name}: no row is like ${show(row)}`);
  const differences = found.flatMap((row, index) => {
    const wanted = expected[index];
    const name = `${table.name} (${table.key.map((part) => row[part]).join(' · ')})`;
    return wanted
      ? compareRow(table, wanted, row).map((line) => `${name} ${line}`)
      : [`${name} is one more: ${show(row)}`];
  });
  return [...differences, ...missing];
}

function compareRow(table: Table, expected: Row, found: Row): string[] {
  return Object.entries(expected).flatMap(([property, value]) => {
    if (!(property in table.columns)) {
      throw new Error(`${table.name} has no column ${property}: ${Object.keys(table.columns).join(', ')}`);
    }
    // What JSON holds is the same when it is written the same.
    const isJson = table.columns[property] === 'jsonb';
    const [a, b] = isJson ? [stored(value), stored(found[property])] : [value, found[property]];
    return isDeepStrictEqual(a, b) ? [] : [`${property}: expected ${show(a)}, found ${show(b)}`];
  });
}

function stored(value: unknown): unknown {
  return JSON.parse(stringify(value));
}

function show(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: null });
}

export function inKeyOrder(table: Table, rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => {
    const part = table.key.find((each) => a[each] !== b[each]);
    return part === undefined ? 0 : compare(a[part], b[part]);
  });
}

function compare(a: unknown, b: unknown): number {
  return (a as bigint) < (b as bigint) ? -1 : 1;
}
