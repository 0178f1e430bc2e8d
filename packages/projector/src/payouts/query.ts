/** A merchant's payouts, newest first, and one with its timeline. */
import type { Coordinate } from '@northwind/event-store';
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { type AsOf, asOfMerchant, readPosition } from '../position/read-position.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import type { PayoutStatus } from './status.ts';
import { type PayoutRow, payoutsTable } from './table.ts';

export interface Payout extends Omit<PayoutRow, 'partition' | 'offset' | 'firstOffset'> {
  /** The last event that changed it. */
  readonly asOf: Coordinate;
}

export interface PayoutFact extends Coordinate {
  /** The event type. */
  readonly type: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly data: unknown;
}

export interface PayoutsWish {
  readonly merchantId: string;
  readonly status?: PayoutStatus | undefined;
  readonly limit: number;
  /** `next` of the page before. */
  readonly before?: bigint | undefined;
}

export interface PayoutsPage {
  /** In the order in which the log first told of them, newest first. That order never changes, so pages don't shift. */
  readonly payouts: readonly Payout[];
  /** Where the next page begins; null when this was the last. */
  readonly next: bigint | null;
}

export interface PayoutsAnswer extends PayoutsPage {
  readonly asOf: AsOf;
}

export interface PayoutAnswer {
  readonly asOf: AsOf;
  /** With its timeline in log order; null when the merchant has no such payout. */
  readonly payout: (Payout & { readonly timeline: readonly PayoutFact[] }) | null;
}

export function listPayouts(db: Kysely<ReadTables>, wish: PayoutsWish): Promise<PayoutsAnswer> {
  return readAtOneSnapshot(db, async (trx) => {
    const asOf = asOfMerchant(await readPosition(trx), wish.merchantId);
    return { asOf, ...(await selectPayouts(trx, wish)) };
  });
}

/** Inside a snapshot of the caller's. Served by payouts_newest. */
export async function selectPayouts(db: Kysely<ReadTables>, wish: PayoutsWish): Promise<PayoutsPage> {
  const { merchantId, limit } = wish;
  const status = wish.status ? sql`and status = ${wish.status}` : sql``;
  const before = wish.before === undefined ? sql`` : sql`and first_offset < ${wish.before}`;
  const { rows } = await sql<PayoutRow>`
    select ${selectList(payoutsTable)} from read.payouts
    where merchant_id = ${merchantId} ${status} ${before}
    order by first_offset desc limit ${limit + 1}`.execute(db);
  const page = rows.slice(0, limit);
  return { payouts: page.map(toPayout), next: rows.length > limit ? (page.at(-1)?.firstOffset ?? null) : null };
}

/** Served by payouts_pk and payout_facts_once. */
export function readPayout(
  db: Kysely<ReadTables>,
  { merchantId, payoutId }: { readonly merchantId: string; readonly payoutId: string },
): Promise<PayoutAnswer> {
  return readAtOneSnapshot(db, async (trx) => {
    const asOf = asOfMerchant(await readPosition(trx), merchantId);
    const { rows } = await sql<PayoutRow>`
      select ${selectList(payoutsTable)} from read.payouts
      where merchant_id = ${merchantId} and payout_id = ${payoutId}`.execute(trx);
    const [row] = rows;
    if (row === undefined) return { asOf, payout: null };
    const { rows: timeline } = await sql<PayoutFact>`
      select type, occurred_at as "occurredAt", recorded_at as "recordedAt", partition, "offset", data
      from read.payout_facts where merchant_id = ${merchantId} and payout_id = ${payoutId}
      order by "offset"`.execute(trx);
    return { asOf, payout: { ...toPayout(row), timeline } };
  });
}

export function toPayout({ partition, offset, firstOffset: _, ...payout }: PayoutRow): Payout {
  return { ...payout, asOf: { partition, offset } };
}
