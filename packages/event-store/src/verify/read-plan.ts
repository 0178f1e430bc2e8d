/** What there is to verify, as of one instant: a log that goes on meanwhile is no finding. */
import { type Kysely, sql } from 'kysely';
import { SEAL_GROUP } from '../seal/create-sealer.ts';
import type { LedgerTables } from '../tables.ts';
import type { AppendedTally } from './check-tallies.ts';

export interface PartitionPlan {
  readonly partition: number;
  readonly head: bigint;
  /** Events that intake has counted as appended. */
  readonly appended: bigint;
  /** The same by currency, with the money. */
  readonly tallies: readonly AppendedTally[];
  /** Where the sealer's group stands; 0 when there has never been one. */
  readonly sealerOffset: bigint;
  /** −1 when there is no seal. */
  readonly lastBlock: bigint;
  /** What the last seal says, true or not. */
  readonly sealedTo: bigint;
}

/** One statement, hence one snapshot. An append commits head, rows and tally together, a seal its offset and block. */
export async function readPlan(db: Kysely<LedgerTables>): Promise<PartitionPlan[]> {
  const { rows } = await sql<PartitionPlan>`
    select p.partition, p.next_offset as head, coalesce(i.appended, 0)::int8 as appended,
           coalesce(i.tallies, '[]') as tallies, coalesce(o.next_offset, 0)::int8 as "sealerOffset",
           coalesce(s.block, -1)::int8 as "lastBlock",
           coalesce(s.next_offset, 0)::int8 as "sealedTo"
    from ledger.partitions p
    left join (
      select partition, sum(messages) as appended, jsonb_agg(jsonb_build_object(
               'currency', currency, 'messages', messages::text, 'amountMinor', amount_minor::text)) as tallies
      from (
        select partition, currency, sum(messages) as messages, sum(amount_minor) as amount_minor
        from ledger.intake where outcome = 'appended' group by partition, currency
      ) t
      group by partition
    ) i using (partition)
    left join ledger.consumer_offsets o on o.partition = p.partition and o.consumer_group = ${SEAL_GROUP}
    left join lateral (
      select block, next_offset from ledger.seals l where l.partition = p.partition order by block desc limit 1
    ) s on true
    order by p.partition`.execute(db);
  return rows;
}

/** Partitions that hold rows, found by hopping along events_pk. */
export async function readPartitionsWithRows(db: Kysely<LedgerTables>): Promise<number[]> {
  const { rows } = await sql<{ partition: number }>`
    with recursive found as (
      (select partition from ledger.events order by partition limit 1)
      union all
      select (select e.partition from ledger.events e where e.partition > f.partition order by e.partition limit 1)
      from found f where f.partition is not null
    )
    select partition from found where partition is not null`.execute(db);
  return rows.map((row) => row.partition);
}

/** Rows that stand at or above the head of their partition, in one snapshot with it. */
export async function readRowsAboveHead(db: Kysely<LedgerTables>, partition: number, limit: number): Promise<bigint[]> {
  const { rows } = await sql<{ offset: bigint }>`
    select e."offset" from ledger.partitions p
    cross join lateral (
      select "offset" from ledger.events l where l.partition = p.partition and l."offset" >= p.next_offset
      order by "offset" limit ${limit}
    ) e
    where p.partition = ${partition}`.execute(db);
  return rows.map((row) => row.offset);
}
