/**
 * A payout as it was: its facts up to then, folded again by the code that keeps the live row. There are five at most.
 */
import type { Coordinate } from '@northwind/event-store';
import { decodeEvent } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { evolvePayout, isPayout } from '../payouts/evolve-payout.ts';
import { type Payout, type PayoutFact, toPayout } from '../payouts/query.ts';
import type { PayoutRow } from '../payouts/table.ts';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import type { ReadTables } from '../tables.ts';
import { type Moment, resolveOfMerchant } from './resolve-as-of.ts';

export interface PayoutAsOf {
  readonly asOf: Coordinate;
  /** Null when no fact of it was told by then. */
  readonly payout: (Payout & { readonly timeline: readonly PayoutFact[] }) | null;
}

/** Served by payout_facts_once. Throws AsOfError. */
export function readPayoutAsOf(
  db: Kysely<ReadTables>,
  wish: { readonly merchantId: string; readonly payoutId: string; readonly moment: Moment },
): Promise<PayoutAsOf> {
  const { merchantId, payoutId, moment } = wish;
  return readAtOneSnapshot(db, async (trx) => {
    const asOf = await resolveOfMerchant(trx, merchantId, moment);
    const { rows } = await sql<VersionedFact>`
      select type, version, occurred_at as "occurredAt", recorded_at as "recordedAt", partition, "offset", data
      from read.payout_facts
      where merchant_id = ${merchantId} and payout_id = ${payoutId} and "offset" <= ${asOf.offset}
      order by "offset"`.execute(trx);
    const row = rows.reduce<PayoutRow | undefined>((before, fact) => evolve(before, wish, fact), undefined);
    const timeline = rows.map(({ version: _, ...fact }) => fact);
    return { asOf, payout: row ? { ...toPayout(row), timeline } : null };
  });
}

type VersionedFact = PayoutFact & { readonly version: number };

function evolve(
  before: PayoutRow | undefined,
  { merchantId, payoutId }: { readonly merchantId: string; readonly payoutId: string },
  told: VersionedFact,
): PayoutRow {
  const fact = decodeEvent(told);
  const event = { ...told, merchantId, subject: payoutId, fact };
  if (!isPayout(event)) throw new Error(`${told.type} is no fact of a payout`);
  return evolvePayout(before, event);
}
