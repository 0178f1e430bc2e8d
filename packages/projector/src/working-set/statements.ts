/**
 * The text of a table's statements, made once: what differs from batch to batch are the arrays, one a column, and a
 * small batch would spend more time on making the text than the server on carrying it out.
 */
import { type AnyKeyedTable, sqlName, type Table } from './table.ts';

/** Takes an array of each key column; gives the columns under their property names. Served by the primary key. */
export const selectText = remembered<AnyKeyedTable>((schema, { name, key, columns }) => {
  const names = key.map(column).join(', ');
  const list = Object.keys(columns).map((property) => `${column(property)} as ${quoted(property)}`);
  const arrays = key.map((part, index) => `$${index + 1}::${columns[part]}[]`);
  return `select ${list.join(', ')} from unnest(${arrays.join(', ')}) as wanted(${names})
    join ${tableIn(schema, name)} using (${names})`;
});

/**
 * Takes an array of each column. A row that is there already is a defect and fails on its key. unnest() in the select
 * list hands the elements on; several in FROM first make a table of their own of them.
 */
export const insertText = remembered<Table>((schema, { name, columns }) => {
  const names = Object.keys(columns).map(column);
  const arrays = Object.values(columns).map((type, index) => `unnest($${index + 1}::${type}[])`);
  return `insert into ${tableIn(schema, name)} (${names.join(', ')}) select ${arrays.join(', ')}`;
});

/**
 * The same for rows that are there. An update that joins the arrays to the table would leave it to the planner whether
 * it looks up or reads it all.
 */
export const replaceText = remembered<AnyKeyedTable>((schema, table) => {
  const { key, columns } = table;
  const others = Object.keys(columns).filter((property) => !key.includes(property));
  const values = others.map((property) => `${column(property)} = excluded.${column(property)}`);
  return `${insertText(schema, table)} on conflict (${key.map(column).join(', ')}) do update set ${values.join(', ')}`;
});

function remembered<T extends Table>(make: (schema: string, table: T) => string) {
  const bySchema = new Map<string, WeakMap<T, string>>();
  return (schema: string, table: T): string => {
    const known = bySchema.get(schema) ?? new WeakMap<T, string>();
    bySchema.set(schema, known);
    const text = known.get(table) ?? make(schema, table);
    known.set(table, text);
    return text;
  };
}

const tableIn = (schema: string, name: string) => `${quoted(schema)}.${quoted(name)}`;

const column = (property: string) => quoted(sqlName(property));

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
