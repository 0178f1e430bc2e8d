/** Whether PostgreSQL would take a row: memory must not be content with less than the database. */
import type { SqlType, Table } from '../src/working-set/table.ts';

const JAVASCRIPT_TYPES: Readonly<Record<SqlType, string>> = {
  int2: 'number',
  int4: 'number',
  int8: 'bigint',
  text: 'string',
  timestamptz: 'string',
  date: 'string',
  jsonb: 'object',
};

export function checkRow(table: Table, row: Readonly<Record<string, unknown>>): void {
  for (const [property, type] of Object.entries(table.columns as Readonly<Record<string, SqlType>>)) {
    const value = row[property];
    const wanted = JAVASCRIPT_TYPES[type];
    const column = `${table.name}.${property}`;
    if (value === null && !table.nullable?.includes(property)) {
      throw new Error(`${column} is null in a row: give it a value, or list it under nullable`);
    }
    if (value !== null && typeof value !== wanted) {
      throw new Error(`${column} is ${type} and takes a ${wanted}: a row has ${typeof value}`);
    }
  }
  const unknown = Object.keys(row).find((property) => !(property in table.columns));
  if (unknown !== undefined)
    throw new Error(`${table.name} has no column for ${unknown}, which a row has: describe it`);
}
