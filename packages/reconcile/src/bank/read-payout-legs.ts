/** What the books say moved at the bank. */
import type { Instant } from '@northwind/events';
import type { ReadTables } from '@northwind/projector/tables';
import { type Kysely, sql } from 'kysely';
import type { PayoutLeg } from './match-payouts.ts';

export interface LegsWish {
  readonly fromDay: string;
  readonly toDay: string;
  readonly currencies: readonly string[];
  /** Payouts known by any of these are read, whatever their day. */
  readonly references: readonly string[];
}

interface Row extends Pick<PayoutLeg, 'payoutId' | 'merchantId' | 'amountMinor' | 'currency'> {
  readonly railReference: string | null;
  readonly traceId: string | null;
  readonly settledAt: Instant;
  readonly returnedAt: Instant | null;
}

/** Payouts that settled, and those that came back after that. One that came back without it moved nothing. */
export async function readPayoutLegs(db: Kysely<ReadTables>, wish: LegsWish): Promise<PayoutLeg[]> {
  const isWithin = (column: string) =>
    sql`(${sql.ref(column)} at time zone 'UTC')::date between ${wish.fromDay}::date and ${wish.toDay}::date`;
  const { rows } = await sql<Row>`
    select payout_id as "payoutId", merchant_id as "merchantId", amount_minor as "amountMinor", currency,
           rail_reference as "railReference", trace_id as "traceId", settled_at as "settledAt",
           returned_at as "returnedAt"
    from read.payouts
    where settled_at is not null and currency = any (${wish.currencies}::text[])
      and (${isWithin('settled_at')} or ${isWithin('returned_at')}
           or rail_reference = any (${wish.references}::text[]) or trace_id = any (${wish.references}::text[]))
    order by settled_at, merchant_id, payout_id`.execute(db);
  return rows.flatMap(toLegs);
}

function toLegs({ railReference, traceId, settledAt, returnedAt, ...payout }: Row): PayoutLeg[] {
  const references = [...new Set([railReference, traceId].flatMap((reference) => reference?.trim() || []))];
  const settled = {
    ...payout,
    references,
    status: 'settled',
    direction: 'debit',
    day: settledAt.slice(0, 10),
  } as const;
  if (returnedAt === null) return [settled];
  return [settled, { ...settled, status: 'returned', direction: 'credit', day: returnedAt.slice(0, 10) }];
}
