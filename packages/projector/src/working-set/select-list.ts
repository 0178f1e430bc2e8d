import { sql } from 'kysely';
import { type Columns, sqlName } from './table.ts';

/** `"amount_minor" as "amountMinor", …`: the columns of a row under its own property names. */
export function selectList<Row>(table: { readonly columns: Columns<Row> }) {
  return sql.join(
    Object.keys(table.columns).map((property) => sql`${sql.ref(sqlName(property))} as ${sql.id(property)}`),
  );
}
