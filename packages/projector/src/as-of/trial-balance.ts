/**
 * The trial balance: what stands on each account, over all merchants. Per currency it is zero at every place in the
 * log, because every row of the journal is.
 */
import type { Coordinate } from '@northwind/event-store';
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { Account } from '../journal/accounts.ts';
import { readAtOneSnapshot } from '../position/read-at-one-snapshot.ts';
import { readPosition } from '../position/read-position.ts';
import { requireModel } from '../position/require-model.ts';
import type { ReadTables } from '../tables.ts';
import { resolveAll } from './resolve-as-of.ts';

export interface TrialBalance {
  /** One a partition, in their order. */
  readonly asOf: readonly Coordinate[];
  readonly currencies: readonly CurrencyBalance[];
}

export interface CurrencyBalance {
  readonly currency: string;
  /** Credit positive, debit negative. */
  readonly accounts: Readonly<Record<Account, bigint>>;
  /** Of all accounts. Anything but zero is a defect. */
  readonly sumMinor: bigint;
}

/**
 * As of a time, or of all that is applied. Served by journal_of_merchant, a look-up a balance. Throws AsOfError or
 * MissingModelError.
 */
export function readTrialBalance(
  db: Kysely<ReadTables>,
  wish: { readonly time?: Instant } = {},
): Promise<TrialBalance> {
  return readAtOneSnapshot(db, async (trx) => {
    await requireModel(trx, 'journal');
    const asOf = wish.time === undefined ? await readApplied(trx) : await resolveAll(trx, wish.time);
    const { rows } = await sql<AccountSums>`
      select j.currency,
             sum(j.refunds_after - j.gross_after)::int8 as processor_receivable,
             sum(j.paid_out_after)::int8 as bank,
             sum(j.available_after)::int8 as merchant_payable,
             sum(j.in_transit_after)::int8 as payout_in_transit,
             sum(j.reserved_after)::int8 as dispute_reserve,
             sum(j.fees_after)::int8 as fee_revenue,
             sum(j.disputes_after)::int8 as dispute_loss,
             sum(-j.adjustments_after)::int8 as adjustments
      from unnest(${asOf.map((at) => at.partition)}::int2[], ${asOf.map((at) => at.offset)}::int8[])
        as w(of_partition, last_offset)
      join read.balances b on b.partition = w.of_partition
      cross join lateral (
        select * from read.journal
        where merchant_id = b.merchant_id and currency = b.currency and "offset" <= w.last_offset
        order by "offset" desc limit 1
      ) j
      group by j.currency order by j.currency`.execute(trx);
    return { asOf, currencies: rows.map(toCurrencyBalance) };
  });
}

type AccountSums = Readonly<Record<Account, bigint>> & { readonly currency: string };

async function readApplied(db: Kysely<ReadTables>): Promise<Coordinate[]> {
  const { offsets } = await readPosition(db);
  return [...offsets].map(([partition, offset]) => ({ partition, offset })).sort((a, b) => a.partition - b.partition);
}

function toCurrencyBalance({ currency, ...accounts }: AccountSums): CurrencyBalance {
  return { currency, accounts, sumMinor: Object.values(accounts).reduce((sum, amount) => sum + amount, 0n) };
}
