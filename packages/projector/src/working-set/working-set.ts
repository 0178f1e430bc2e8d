/**
 * The rows that one batch touches, in memory. A batch is folded in three steps: every read model says which keys it
 * will need, they are loaded with one statement a table, and after the fold the new rows are written with one statement
 * a table and the replaced ones with another.
 *
 * Asking for a key that nobody announced would silently read as "no such row" and lose money, so it throws.
 */
import { type AppendedTable, type KeyedTable, keyText } from './table.ts';

export class KeyedRows<Row> {
  readonly #table: KeyedTable<Row>;
  readonly #known = new Set<string>();
  readonly #rows = new Map<string, Row>();
  readonly #stored = new Set<string>();
  readonly #changed = new Set<string>();
  #wanted = new Map<string, readonly string[]>();

  constructor(table: KeyedTable<Row>) {
    this.#table = table;
  }

  /** Announces a key that the fold will ask for. */
  want(...key: string[]): void {
    const text = keyText(key);
    if (!this.#known.has(text)) this.#wanted.set(text, key);
  }

  /** The announced keys that are not loaded yet; from now on they count as known. */
  takeWanted(): (readonly string[])[] {
    const keys = [...this.#wanted.values()];
    for (const text of this.#wanted.keys()) this.#known.add(text);
    this.#wanted = new Map();
    return keys;
  }

  loaded(rows: readonly Row[]): void {
    for (const row of rows) {
      const text = this.#textOf(row);
      this.#rows.set(text, row);
      this.#stored.add(text);
    }
  }

  get(...key: string[]): Row | undefined {
    const text = keyText(key);
    if (!this.#known.has(text)) throw this.#unwanted(key, 'asked for');
    return this.#rows.get(text);
  }

  put(row: Row): void {
    const text = this.#textOf(row);
    if (!this.#known.has(text)) throw this.#unwanted(this.#keyOf(row), 'put');
    this.#rows.set(text, row);
    this.#changed.add(text);
  }

  /** Rows that the fold put and the table does not have. */
  added(): Row[] {
    return this.#put((text) => !this.#stored.has(text));
  }

  /** Rows that the fold put in place of what the table has. */
  replaced(): Row[] {
    return this.#put((text) => this.#stored.has(text));
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }

  #put(isWanted: (text: string) => boolean): Row[] {
    const rows: Row[] = [];
    for (const text of this.#changed) {
      const row = isWanted(text) ? this.#rows.get(text) : undefined;
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  #textOf(row: Row): string {
    return keyText(this.#keyOf(row));
  }

  #keyOf(row: Row): string[] {
    return this.#table.key.map((part) => String(row[part]));
  }

  #unwanted(key: readonly string[], done: string): Error {
    const { name, key: parts } = this.#table;
    const row = parts.map((part, index) => `${part} ${key[index]}`).join(', ');
    return new Error(
      `the row of ${name} with ${row} was ${done}, but not wanted: announce it in want of the model that owns ${name}`,
    );
  }
}

export class WorkingSet {
  readonly #keyed = new Map<string, KeyedRows<never>>();
  readonly #appended = new Map<string, unknown[]>();

  rows<Row>(table: KeyedTable<Row>): KeyedRows<Row> {
    let rows = this.#keyed.get(table.name) as unknown as KeyedRows<Row> | undefined;
    if (rows === undefined) {
      rows = new KeyedRows(table);
      this.#keyed.set(table.name, rows as unknown as KeyedRows<never>);
    }
    return rows;
  }

  append<Row>(table: AppendedTable<Row>, row: Row): void {
    const rows = this.#appended.get(table.name);
    if (rows === undefined) this.#appended.set(table.name, [row]);
    else rows.push(row);
  }

  appended<Row>(table: AppendedTable<Row>): readonly Row[] {
    return (this.#appended.get(table.name) ?? []) as Row[];
  }
}
