/** A generation in memory: batches are folded over its rows as `applyBatch` does it, with no database below. */
import type { LoggedEvent } from '@northwind/event-store';
import { foldEvent, toFoldedEvent } from '../src/fold-event.ts';
import type { ReadModel } from '../src/folding.ts';
import type { Posting } from '../src/journal/posting.ts';
import { type AppendedTable, type KeyedTable, keyText, type Table } from '../src/working-set/table.ts';
import { type KeyedRows, WorkingSet } from '../src/working-set/working-set.ts';
import { checkRow } from './check-row.ts';

export class MemoryGeneration {
  readonly #models: readonly ReadModel[];
  readonly #keyed = new Map<string, Map<string, object>>();
  readonly #appended = new Map<string, object[]>();

  constructor(models: readonly ReadModel[]) {
    this.#models = models;
    for (const table of this.tables) {
      if (table.kind === 'keyed') this.#keyed.set(table.name, new Map());
      else this.#appended.set(table.name, []);
    }
  }

  get tables(): readonly Table[] {
    return this.#models.flatMap((model) => model.tables);
  }

  /** Every row, in the order in which they came to be. */
  rows<Row>(table: KeyedTable<Row> | AppendedTable<Row>): readonly Row[] {
    const rows = this.#keyed.get(table.name)?.values() ?? this.#appended.get(table.name);
    if (rows === undefined) throw new Error(`no read model of this generation has a table ${table.name}`);
    return [...rows] as Row[];
  }

  /** Each event as a batch of its own: what it did not want, it can't have. Gives what was posted. */
  applyOneByOne(events: readonly LoggedEvent[]): Posting[] {
    return events.flatMap((event) => this.#apply(event));
  }

  #apply(logged: LoggedEvent): Posting[] {
    const event = toFoldedEvent(logged);
    const working = new WorkingSet();
    for (const model of this.#models) {
      model.want?.(event, working);
      for (const table of model.tables) if (table.kind === 'keyed') this.#load(table, working);
    }
    const { postings } = foldEvent(event, this.#models, working);
    for (const table of this.tables) this.#write(table, working);
    return postings;
  }

  #load<Row>(table: KeyedTable<Row>, working: WorkingSet): void {
    const rows = working.rows(table);
    const found = rows.takeWanted().map((key) => this.#keyed.get(table.name)?.get(keyText(key)) as Row | undefined);
    rows.loaded(found.filter((row) => row !== undefined));
  }

  #write(table: Table, working: WorkingSet): void {
    const rows = table.kind === 'keyed' ? putInto(working.rows(table)) : working.appended(table);
    for (const row of rows) {
      checkRow(table, row);
      this.#appended.get(table.name)?.push(row);
      this.#keyed.get(table.name)?.set(keyText(table.key.map((part) => String(row[part]))), row);
    }
  }
}

function putInto<Row>(rows: KeyedRows<Row>): Row[] {
  return [...rows.added(), ...rows.replaced()];
}
