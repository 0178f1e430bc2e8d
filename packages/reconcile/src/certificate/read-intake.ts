/** What became of the messages of a day, as the log tallied them in the transactions that took them in. */
import type { IntakeOutcome } from '@northwind/event-store/tables';
import { type Kysely, sql } from 'kysely';

export interface IntakeFigure {
  readonly outcome: IntakeOutcome;
  readonly currency: string;
  readonly messages: bigint;
  readonly amountMinor: bigint;
}

/** What can be no event has no partition, and is tallied under this one. */
export const NO_PARTITION = -1;

/** Partition → figures by outcome and currency. */
export async function readIntake(db: Kysely<unknown>, day: string): Promise<Map<number, IntakeFigure[]>> {
  const { rows } = await sql<Omit<IntakeFigure, 'amountMinor'> & { partition: number; amountMinor: string }>`
    select partition, outcome, currency, messages, amount_minor::text as "amountMinor"
    from ledger.intake where day = ${day}::date
    order by partition, outcome collate "C", currency collate "C"`.execute(db);
  return new Map(
    [...Map.groupBy(rows, ({ partition }) => partition)].map(([partition, figures]) => [
      partition,
      figures.map(({ outcome, currency, messages, amountMinor }) => {
        return { outcome, currency, messages, amountMinor: BigInt(amountMinor) };
      }),
    ]),
  );
}
