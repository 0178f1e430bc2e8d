/**
 * A read model's table, described once. Row type, SQL names and SQL types stand side by side here, and the statements
 * that load and write rows are made from it, so a column can't be read under one name and written under another.
 */
import type { TableDefinition } from './table-definition.ts';

/**
 * The columns of a row, in the order they are written: property → SQL type. The SQL name is the property in snake
 * case.
 */
export type Columns<Row> = { readonly [Property in keyof Row]-?: SqlType };

export type SqlType = 'int2' | 'int4' | 'int8' | 'text' | 'timestamptz' | 'date' | 'jsonb';

interface DescribedTable<Row> {
  readonly name: string;
  readonly columns: Columns<Row>;
  /** What makes a row one row, in the order of the primary key. */
  readonly key: readonly (keyof Row & string)[];
  /** The columns that may be null; no other may. */
  readonly nullable?: readonly NullableProperty<Row>[];
  /** What the table is made with; absent where a migration makes it. */
  readonly definition?: TableDefinition<Row>;
}

type NullableProperty<Row> = { [Property in keyof Row]-?: null extends Row[Property] ? Property : never }[keyof Row];

/** Rows that are looked up by key, folded and written back. */
export interface KeyedTable<Row> extends DescribedTable<Row> {
  readonly kind: 'keyed';
}

/** Rows that are only ever added, at most a few for one event. */
export interface AppendedTable<Row> extends DescribedTable<Row> {
  readonly kind: 'appended';
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds tables of every row type
export type AnyKeyedTable = KeyedTable<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Table = AnyKeyedTable | AppendedTable<any>;

export function keyedTable<Row>(table: Omit<KeyedTable<Row>, 'kind'>): KeyedTable<Row> {
  return { kind: 'keyed', ...table };
}

export function appendedTable<Row>(table: Omit<AppendedTable<Row>, 'kind'>): AppendedTable<Row> {
  return { kind: 'appended', ...table };
}

/** `amountMinor` → `amount_minor` */
export function sqlName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** One string for a key of several parts. No id may contain NUL, so it can't be forged out of other parts. */
export function keyText(parts: readonly string[]): string {
  return parts.join('\0');
}
