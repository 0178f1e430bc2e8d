/** Reads a partition's rows for verify: everything as text that could otherwise not be read at all after tampering. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';

export interface EventRow extends Coordinate {
  readonly idempotencyKey: string;
  readonly fingerprint: Buffer;
  readonly version: number;
  readonly type: string;
  readonly merchantId: string;
  readonly subject: string;
  /** Null when it is no instant of a year from 1 to 9999. */
  readonly occurredAt: Instant | null;
  readonly recordedAt: Instant | null;
  readonly messageId: string | null;
  readonly trace: string | null;
  /** jsonb as text: a driver's JSON.parse may misread it. */
  readonly data: string;
}

export interface RowsWish {
  readonly partition: number;
  readonly fromOffset: bigint;
  /** Exclusive. */
  readonly toOffset: bigint;
  readonly limit: number;
}

/** In order of offset. Served by events_pk. */
export async function readRows(db: Kysely<LedgerTables>, wish: RowsWish): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select partition, "offset", idempotency_key as "idempotencyKey", fingerprint, version, type,
           merchant_id as "merchantId", subject,
           case when occurred_at between '0001-01-01' and '9999-12-31 23:59:59.999999'
             then to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "occurredAt",
           case when recorded_at between '0001-01-01' and '9999-12-31 23:59:59.999999'
             then to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "recordedAt",
           message_id as "messageId", trace, data::text as data
    from ledger.events
    where partition = ${wish.partition} and "offset" >= ${wish.fromOffset} and "offset" < ${wish.toOffset}
    order by "offset" limit ${wish.limit}`.execute(db);
  return rows;
}
