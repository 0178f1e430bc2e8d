/**
 * The statements that write a batch's rows: one a table for those that are new, and one for those that are replaced.
 * New ones are plainly inserted: ON CONFLICT would look for each of them in the key before it puts it there.
 */
import { CompiledQuery } from 'kysely';
import { encodeColumn } from './encode-column.ts';
import { insertText, replaceText } from './statements.ts';
import type { AnyKeyedTable, SqlType, Table } from './table.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

export function insertRows(schema: string, table: Table, rows: Rows): CompiledQuery {
  return CompiledQuery.raw(insertText(schema, table), encodeRows(table, rows));
}

/** Of rows that are there. */
export function replaceRows(schema: string, table: AnyKeyedTable, rows: Rows): CompiledQuery {
  return CompiledQuery.raw(replaceText(schema, table), encodeRows(table, rows));
}

function encodeRows({ columns }: Table, rows: Rows): Buffer[] {
  const types = Object.entries(columns) as [string, SqlType][];
  return types.map(([property, type]) => encodeColumn(type, rows, (row) => row[property]));
}
