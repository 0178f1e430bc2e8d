/**
 * Reads a partition's rows for verify: everything as text that could otherwise not be read at all after tampering, and
 * page by page, each bounded by rows and by bytes. Unlike a consumer it reads on past holes and sees rows doubled.
 */
import type { Instant } from '@northwind/events';
import type { Clock } from '@northwind/service-kit';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { DATA_BYTES, DATA_IS_SMALL } from '../consume/log-source.ts';
import { createTurnSize } from '../consume/turn-size.ts';
import type { Coordinate } from '../coordinate.ts';
import type { LedgerTables } from '../tables.ts';
import { wholePage } from './whole-page.ts';

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
  /** Of what varies in size, as text. The first two rows come whatever their size. */
  readonly bytesMax: number;
}

/**
 * In order of offset. Served by events_pk. Weighing a row may mean to write its text, so a guess by what is stored goes
 * before it, which costs nothing: the server weighs a few dozen large rows at most for a page of some of them.
 */
export async function readRows(db: Kysely<LedgerTables>, wish: RowsWish): Promise<EventRow[]> {
  const { partition, fromOffset, toOffset } = wish;
  const { rows } = await sql<EventRow>`
    select partition, "offset", idempotency_key as "idempotencyKey", fingerprint, version, type,
           merchant_id as "merchantId", subject,
           case when occurred_at between '0001-01-01' and '9999-12-31 23:59:59.999999'
             then to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "occurredAt",
           case when recorded_at between '0001-01-01' and '9999-12-31 23:59:59.999999'
             then to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as "recordedAt",
           message_id as "messageId", trace, data::text as data
    from ledger.events
    where partition = ${partition} and "offset" >= ${fromOffset} and "offset" < ${toOffset}
    order by "offset" limit ${rowsThatFit(wish)}`.execute(db);
  return rows;
}

/**
 * How many rows the page takes. Only weights are kept on the way, never rows; and where all are small as they are
 * stored, as nearly all are, the guess is their weight.
 */
function rowsThatFit(wish: RowsWish): RawBuilder<unknown> {
  const guess = weigh(BYTES_GUESSED, wish, sql`${wish.limit}`);
  const exact = weigh(BYTES, wish, sql`(select count from guessed)`);
  return sql`(
    with guessed as materialized (
      select ${count(wish)} as count, bool_and(is_small) as are_small from ${guess}
    )
    select case when g.are_small then g.count else (select ${count(wish)} from ${exact}) end
    from guessed g
  )`;
}

function count({ bytesMax }: RowsWish): RawBuilder<unknown> {
  return sql`greatest(${ROWS_IN_ANY_CASE}::int8, count(*) filter (where bytes_so_far <= ${bytesMax}))`;
}

function weigh(bytes: RawBuilder<unknown>, wish: RowsWish, limit: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select is_small, sum(bytes) over (order by "offset" rows unbounded preceding) as bytes_so_far from (
      select l."offset", ${DATA_IS_SMALL} as is_small, ${bytes} as bytes from ledger.events l
      where l.partition = ${wish.partition} and l."offset" >= ${wish.fromOffset} and l."offset" < ${wish.toOffset}
      order by l."offset" limit ${limit}
    ) w
  ) s`;
}

// A row that was put past the append may hold anything in any column.
const OTHER_BYTES = sql`octet_length(l.type) + octet_length(l.merchant_id) + octet_length(l.subject)
    + octet_length(l.fingerprint) + coalesce(octet_length(l.message_id), 0) + coalesce(octet_length(l.trace), 0)`;
const BYTES = sql`${OTHER_BYTES} + ${DATA_BYTES}`;
/** What is compressed is rarely less than a sixteenth. */
const BYTES_GUESSED = sql`${OTHER_BYTES}
    + pg_column_size(l.data) * case when pg_column_compression(l.data) is null then 1 else 16 end`;

/** Of whatever size: with two a doubled row is seen, and a page of less than two is the last one. */
const ROWS_IN_ANY_CASE = 2;
const ROWS_A_PAGE = 2_000;
const BYTES_A_PAGE = 8 * 1_024 * 1_024;
/** Below every offset that can be stored. */
const OFFSET_MIN = -(2n ** 63n);

export interface PagesWish {
  readonly partition: number;
  /** Exclusive. */
  readonly toOffset: bigint;
  readonly clock: Clock;
}

/** All rows below an offset, those at one offset in one page. A page that takes too long is tried at half the size. */
export async function* readPages(db: Kysely<LedgerTables>, wish: PagesWish): AsyncGenerator<readonly EventRow[]> {
  const { partition, toOffset, clock } = wish;
  const size = createTurnSize(ROWS_A_PAGE);
  for (let fromOffset = OFFSET_MIN; ; ) {
    const limit = Math.max(ROWS_IN_ANY_CASE, size.itemsMax());
    const startedMs = clock.monotonicMs();
    const tookMs = () => clock.monotonicMs() - startedMs;
    let page: readonly EventRow[];
    try {
      page = await readRows(db, { partition, fromOffset, toOffset, limit, bytesMax: BYTES_A_PAGE });
    } catch (error) {
      if (limit > ROWS_IN_ANY_CASE && size.failed({ items: 0, tookMs: tookMs(), error })) continue;
      throw error;
    }
    size.succeeded({ items: page.length, tookMs: tookMs(), isCutByBytes: page.length < limit });
    const rows = wholePage(page, ROWS_IN_ANY_CASE, (row) => row.offset);
    yield rows;
    const last = page.at(-1);
    if (last === undefined || page.length < ROWS_IN_ANY_CASE) return;
    fromOffset = rows.length < page.length ? last.offset : last.offset + 1n;
  }
}
