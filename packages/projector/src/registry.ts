/** What must hold of read models together, checked when the program is loaded and not at the first event. */
import type { ReadModel } from './folding.ts';
import type { Table } from './working-set/table.ts';

/** Lower case, digits and underscores; 60 characters, so that `<table>_pk` is a name in PostgreSQL too. */
const SQL_NAME = /^[a-z][a-z0-9_]{0,59}$/;

/** The models as they are; throws when two of them, or two tables, can't stand beside each other. */
export function registry(models: readonly ReadModel[]): readonly ReadModel[] {
  const owners = new Map<string, string>();
  const names = new Set<string>();
  for (const model of models) {
    if (names.has(model.name)) throw new Error(`read model ${model.name} is in the registry twice: take one out`);
    names.add(model.name);
    for (const table of model.tables) {
      const wrong = flawOf(table, owners.get(table.name));
      if (wrong) throw new Error(`read model ${model.name}: table ${table.name} ${wrong}`);
      owners.set(table.name, model.name);
    }
  }
  return models;
}

function flawOf(table: Table, owner: string | undefined): string | undefined {
  if (owner !== undefined) return `is named by read model ${owner} already: a table has one owner, name it otherwise`;
  if (!SQL_NAME.test(table.name)) return 'has no name that PostgreSQL takes unquoted: write it in snake_case';
  if (table.kind === 'keyed' && table.key[0] !== 'merchantId') {
    return `has a key that begins with ${table.key[0]}: begin it with merchantId, or two partitions write one row`;
  }
  const lacks = ['merchantId', 'partition', 'offset'].find((column) => !Object.hasOwn(table.columns, column));
  if (lacks !== undefined) return `has no ${lacks}: a row says whose it is, and which event changed it last`;
  const open = table.key.find((part) => table.nullable?.includes(part));
  return open === undefined ? undefined : `has ${open} in its key, which is nullable: a key has no nulls`;
}
