/**
 * Removes receipts whose retention is over, a bounded bite at a time. What a pending delivery has gone through stays,
 * however old, and so does the delivery itself, with how it ended.
 */
import { type Kysely, sql } from 'kysely';
import { EXPIRE_BATCH_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';

export interface Retention {
  /** Days since the delivery was finished. */
  readonly days: number;
  readonly batchMax?: number;
}

/** `busy`: another worker is at it. Otherwise how many receipts went: fewer than a batch when none is left. */
export type ExpireOutcome = { readonly kind: 'busy' } | { readonly kind: 'expired'; readonly receipts: number };

/** Any number that no other advisory lock of the database uses. */
const TURN_LOCK = 7_370_206_011_540_906n;

/**
 * Walks attempts_pk from its beginning: ids begin with the time of their event, so the oldest stand there, and what is
 * removed moves out of the way. A delivery that is sent again at this moment is locked and left alone.
 */
export async function expireReceipts(db: Kysely<DeliveryTables>, retention: Retention): Promise<ExpireOutcome> {
  const { days, batchMax = EXPIRE_BATCH_MAX } = retention;
  const { rows } = await sql<{ mine: boolean; receipts: number }>`
    with turn as materialized (
      select pg_try_advisory_xact_lock(${TURN_LOCK}::int8) as mine
    ), cutoff as materialized (
      select at,
             (lpad(to_hex(floor(extract(epoch from at) * 1000)::int8), 12, '0') || repeat('0', 20))::uuid as first_id
      from (select now() - ${days}::int4 * interval '1 day' as at) c
    ), old as materialized (
      select a.ctid as place
      from delivery.attempts a join delivery.deliveries d on d.delivery_id = a.delivery_id
      where (select mine from turn) and a.delivery_id < (select first_id from cutoff)
        and d.state <> 'pending' and d.completed_at < (select at from cutoff)
      order by a.delivery_id, a.attempt
      limit ${batchMax}::int8
      for update of a skip locked
      for share of d skip locked
    ), expired as (
      delete from delivery.attempts a where a.ctid = any (array(select place from old))
      returning 1
    )
    select (select mine from turn) as mine, (select count(*) from expired)::int4 as receipts`.execute(db);
  const [row] = rows;
  return row?.mine ? { kind: 'expired', receipts: row.receipts } : { kind: 'busy' };
}
