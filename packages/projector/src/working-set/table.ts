/**
 * A read model's table, described once. Row type, SQL names and SQL types stand side by side here, and the statements
 * that load and write rows are made from it, so a column can't be read under one name and written under another.
 */

/**
 * The columns of a row, in the order they are written: property → SQL type. The SQL name is the property in snake
 * case.
 */
export type Columns<Row> = { readonly [Property in keyof Row]-?: SqlType };

export type SqlType = 'int2' | 'int4' | 'int8' | 'text' | 'timestamptz' | 'date' | 'jsonb';

/** Rows that are looked up by key, folded and written back. */
export interface KeyedTable<Row> {
  readonly kind: 'keyed';
  readonly name: string;
  readonly columns: Columns<Row>;
  readonly key: readonly (keyof Row & string)[];
}

/** Rows that are only ever added, at most a few for one event. */
export interface AppendedTable<Row> {
  readonly kind: 'appended';
  readonly name: string;
  readonly columns: Columns<Row>;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds tables of every row type
export type Table = KeyedTable<any> | AppendedTable<any>;

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
