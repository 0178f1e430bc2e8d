/** Keeps what each event posted, with the balance it left behind. Comes after the balances, which it reads. */
import { type BalanceFigures, balancesTable } from '../balances/table.ts';
import type { ReadModel } from '../folding.ts';
import type { Account } from './accounts.ts';
import type { Entry } from './posting.ts';
import { type AccountAmounts, journalTable, type RunningBalance } from './table.ts';

export const journal: ReadModel = {
  name: 'journal',
  tables: [journalTable],
  fold({ event, working, postings }) {
    for (const { kind, entries } of postings) {
      for (const [currency, ofCurrency] of Map.groupBy(entries, (entry) => entry.currency)) {
        const after = working.rows(balancesTable).get(event.merchantId, currency);
        if (after === undefined)
          throw new Error(`${event.merchantId} was posted in ${currency}, and has no balance of it`);
        const { partition, offset, merchantId, recordedAt } = event;
        const of = { partition, offset, merchantId, currency, kind, recordedAt };
        working.append(journalTable, { ...of, ...toAmounts(ofCurrency), ...toRunning(after) });
      }
    }
  },
};

/** A posting has an account once in each currency. */
export function toAmounts(entries: readonly Entry[]): AccountAmounts {
  const amounts = { ...NOTHING };
  for (const { account, amountMinor } of entries) amounts[COLUMN[account]] = amountMinor;
  return amounts;
}

function toRunning(balance: BalanceFigures): RunningBalance {
  return {
    availableAfter: balance.availableMinor,
    inTransitAfter: balance.inTransitMinor,
    reservedAfter: balance.reservedMinor,
    grossAfter: balance.grossMinor,
    feesAfter: balance.feesMinor,
    refundsAfter: balance.refundsMinor,
    disputesAfter: balance.disputesMinor,
    adjustmentsAfter: balance.adjustmentsMinor,
    paidOutAfter: balance.paidOutMinor,
  };
}

const NOTHING: { -readonly [Name in keyof AccountAmounts]: bigint } = {
  processorReceivableMinor: 0n,
  bankMinor: 0n,
  merchantPayableMinor: 0n,
  payoutInTransitMinor: 0n,
  disputeReserveMinor: 0n,
  feeRevenueMinor: 0n,
  disputeLossMinor: 0n,
  adjustmentsMinor: 0n,
};

const COLUMN: Readonly<Record<Account, keyof AccountAmounts>> = {
  processor_receivable: 'processorReceivableMinor',
  bank: 'bankMinor',
  merchant_payable: 'merchantPayableMinor',
  payout_in_transit: 'payoutInTransitMinor',
  dispute_reserve: 'disputeReserveMinor',
  fee_revenue: 'feeRevenueMinor',
  dispute_loss: 'disputeLossMinor',
  adjustments: 'adjustmentsMinor',
};
