/** What became of the messages taken in. */
import { type Kysely, sql } from 'kysely';
import type { IntakeOutcome, LedgerTables } from '../tables.ts';

export interface IntakeTally {
  readonly outcome: IntakeOutcome;
  readonly currency: string;
  readonly messages: bigint;
  readonly amountMinor: bigint;
}

/** Summed over days and partitions, by outcome and currency (XXX: events without an amount). */
export async function readIntake(db: Kysely<LedgerTables>): Promise<IntakeTally[]> {
  const { rows } = await sql<IntakeTally>`
    select outcome, currency, sum(messages)::int8 as messages, sum(amount_minor)::int8 as "amountMinor"
    from ledger.intake group by outcome, currency order by outcome, currency`.execute(db);
  return rows;
}
