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
  /** Where the batch before ended; from the beginning by default. */
  readonly from?: string | undefined;
}

export type ExpireOutcome =
  /** Another worker is at it. */
  | { readonly kind: 'busy' }
  /** How many receipts went, and the delivery to go on from; null: none is left. */
  | { readonly kind: 'expired'; readonly receipts: number; readonly next: string | null };

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Any number that no other advisory lock of the database uses. */
const TURN_LOCK = 7_370_206_011_540_906n;

/**
 * Walks attempts_pk, which begins with the oldest, since ids begin with the time of their event, and goes on where the
 * batch before ended: what stays, because it is pending or was sent again lately, is walked once a run. A delivery that
 * is sent again at this moment is locked and left alone.
 */
export async function expireReceipts(db: Kysely<DeliveryTables>, retention: Retention): Promise<ExpireOutcome> {
  const { days, batchMax = EXPIRE_BATCH_MAX, from = FIRST_ID } = retention;
  const { rows } = await sql<{ mine: boolean; receipts: number; last: string | null }>`
    with turn as materialized (
      select pg_try_advisory_xact_lock(${TURN_LOCK}::int8) as mine
    ), cutoff as materialized (
      select at,
             (lpad(to_hex(floor(extract(epoch from at) * 1000)::int8), 12, '0') || repeat('0', 20))::uuid as first_id
      from (select now() - ${days}::int4 * interval '1 day' as at) c
    ), old as materialized (
      select a.ctid as place, a.delivery_id
      from delivery.attempts a join delivery.deliveries d on d.delivery_id = a.delivery_id
      where (select mine from turn) and a.delivery_id >= ${from}::uuid
        and a.delivery_id < (select first_id from cutoff)
        and d.state <> 'pending' and d.completed_at < (select at from cutoff)
      order by a.delivery_id, a.attempt
      limit ${batchMax}::int8
      for update of a skip locked
      for share of d skip locked
    ), expired as (
      delete from delivery.attempts a where a.ctid = any (array(select place from old))
      returning 1
    )
    select (select mine from turn) as mine, (select count(*) from expired)::int4 as receipts,
           (select delivery_id from old order by delivery_id desc limit 1) as last`.execute(db);
  const [row] = rows;
  if (!row?.mine) return { kind: 'busy' };
  const { receipts, last } = row;
  return { kind: 'expired', receipts, next: receipts < batchMax ? null : last };
}
