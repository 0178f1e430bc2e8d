import type { Kysely, RawBuilder } from 'kysely';
import type { Reading } from './figures.ts';

/** A sum of amounts is numeric in PostgreSQL, and comes as its digits. */
interface Sum extends Omit<Reading, 'amountMinor'> {
  readonly amountMinor: string;
}

/** Of a query whose columns are a reading's. */
export async function readSums(db: Kysely<unknown>, query: RawBuilder<unknown>): Promise<Reading[]> {
  const { rows } = await (query as RawBuilder<Sum>).execute(db);
  return rows.map(({ amountMinor, ...row }) => ({ ...row, amountMinor: BigInt(amountMinor) }));
}
