/**
 * The heads of a source: per partition the offset below which everything is committed and visible, its safe high-water
 * mark. A mark may be old, never too high.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';

export interface Head {
  readonly partition: number;
  readonly head: bigint;
}

/** A query of rows `(partition int2, head int8)`: whoever needs heads asks for them within a statement of its own. */
export type Heads = RawBuilder<Head>;

/** Heads that are known already. */
export function knownHeads(heads: ReadonlyMap<number, bigint>): Heads {
  return sql`select * from unnest(${[...heads.keys()]}::int2[], ${[...heads.values()]}::int8[]) as h(partition, head)`;
}

export async function readHeads<DB>(db: Kysely<DB>, heads: Heads): Promise<ReadonlyMap<number, bigint>> {
  const { rows } = await heads.execute(db);
  return new Map(rows.map(({ partition, head }) => [partition, head]));
}
