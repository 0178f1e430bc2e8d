/**
 * Finds keys that stand twice. Only needed where their unique constraint is not what it was: while it is, PostgreSQL
 * answers for it. One statement that sorts all keys, by the index where there still is one, so it may take minutes.
 */
import { openDatabase } from '@northwind/service-kit';
import { sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import type { Finding } from './finding.ts';
import type { VerifyDatabase } from './verify-log.ts';

/** More than a person looks at. */
const DOUBLED_MAX = 1_000;

interface Doubled {
  readonly partition: number;
  readonly offset: bigint;
  readonly firstPartition: number;
  readonly firstOffset: bigint;
}

/** Rows at one and the same place are not named: they are found where their partition is read. */
export async function findDoubledKeys(options: VerifyDatabase): Promise<Finding[]> {
  const limits = { ...options.limits, statementMs: 0 };
  await using database = openDatabase<LedgerTables>({ ...options, limits, connectionsMax: 1 });
  const { rows } = await sql<Doubled>`
    select partition, "offset", "firstPartition", "firstOffset"
    from (
      select e.partition, e."offset", e.idempotency_key, lag(e.idempotency_key) over keys as key_before,
             lag(e.partition) over keys as "firstPartition", lag(e."offset") over keys as "firstOffset"
      from ledger.events e
      window keys as (order by e.idempotency_key, e.partition, e."offset")
    ) k
    where idempotency_key = key_before and (partition, "offset") <> ("firstPartition", "firstOffset")
    order by partition, "offset" limit ${DOUBLED_MAX}`.execute(database.db);
  return rows.map(({ partition, offset, firstPartition, firstOffset }) => {
    const detail = `it has the key of ${firstPartition}/${firstOffset}: one of them was not appended by the log`;
    return { kind: 'added', partition, offset, toOffset: offset + 1n, detail };
  });
}
