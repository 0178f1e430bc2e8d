/** A handler that takes its time, so that not the test's machine but the shares say who applies how much. */
import { type Kysely, sql } from 'kysely';
import type { ConsumedBatch } from '../src/consume/consume-round.ts';
import type { Coordinate } from '../src/coordinate.ts';
import type { LedgerTables } from '../src/tables.ts';

export const APPLIED_TABLE = `
  create table applied (
    n int8 generated always as identity, partition int2, "offset" int8, consumer text, at timestamptz
  )`;

/** 40 ms for 8 items at most, with a row for each in `applied`. */
export function recordSlowly(consumer: string) {
  return {
    batchSizeMax: 8,
    apply: async (trx: Kysely<LedgerTables>, { slices }: ConsumedBatch<Coordinate>): Promise<void> => {
      const items = slices.flatMap((slice) => slice.items);
      await sql`select pg_sleep(0.04)`.execute(trx);
      await sql`
        insert into applied (partition, "offset", consumer, at)
        select partition, "offset", ${consumer}, clock_timestamp()
        from unnest(${items.map((item) => item.partition)}::int2[], ${items.map((item) => item.offset)}::int8[])
          as i(partition, "offset")`.execute(trx);
    },
  };
}
