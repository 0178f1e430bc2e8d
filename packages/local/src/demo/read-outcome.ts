import { sql } from 'kysely';
import type { OracleBalance, OraclePayout } from '../simulation/oracle.ts';
import type { DemoDatabase } from './demo-database.ts';
import { readLastChanges } from './read-last-changes.ts';

/** An event of the log and the message that brought it. */
export interface AppendedEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly messageId: string | null;
  readonly merchantId: string;
  readonly type: string;
}

/** What the system says in the end. Balances and payouts have the oracle's shape, so that they can be compared. */
export interface Outcome {
  readonly balances: readonly OracleBalance[];
  readonly payouts: readonly (Omit<OraclePayout, 'status'> & { readonly status: string })[];
  readonly events: readonly AppendedEvent[];
  /** How many rejections name each field. */
  readonly rejectedFields: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** Offset of the last event that changed what each merchant's page shows. */
  readonly lastChanges: ReadonlyMap<string, bigint>;
}

export async function readOutcome(database: DemoDatabase): Promise<Outcome> {
  const { db } = database;
  const balances = await sql<OracleBalance>`
    select merchant_id as "merchantId", currency, available_minor as "availableMinor",
           in_transit_minor as "inTransitMinor", reserved_minor as "reservedMinor", gross_minor as "grossMinor",
           fees_minor as "feesMinor", refunds_minor as "refundsMinor", disputes_minor as "disputesMinor",
           adjustments_minor as "adjustmentsMinor", paid_out_minor as "paidOutMinor"
    from read.balances`.execute(db);
  const payouts = await sql<Outcome['payouts'][number]>`
    select merchant_id as "merchantId", payout_id as "payoutId", status, amount_minor as "amountMinor", currency
    from read.payouts`.execute(db);
  const events = await sql<AppendedEvent>`
    select partition, "offset", message_id as "messageId", merchant_id as "merchantId", type
    from ledger.events`.execute(db);
  const rejections = await sql<{ field: string; count: number }>`
    select field, count(*)::int4 as count from ledger.rejections group by field`.execute(db);
  const dead = await sql<{ count: number }>`
    select count(*)::int4 as count from delivery.deliveries where state not in ('pending', 'delivered')`.execute(db);
  return {
    balances: balances.rows,
    payouts: payouts.rows,
    events: events.rows,
    rejectedFields: Object.fromEntries(rejections.rows.map(({ field, count }) => [field || 'body', count])),
    deadLetters: dead.rows[0]?.count ?? 0,
    lastChanges: await readLastChanges(database),
  };
}
