/** Fees by the day on which they were earned. Comes after the models that post, whose postings it reads. */
import type { FoldedEvent, ReadModel } from '../../src/folding.ts';
import type { Entry } from '../../src/journal/posting.ts';
import { type FeeRevenueRow, feeRevenueTable } from './table.ts';

export const feeRevenueByDay: ReadModel = {
  name: 'fee_revenue_by_day',
  tables: [feeRevenueTable],
  want(event, working) {
    const { fact, merchantId } = event;
    if (fact.type === 'payment.captured' || fact.type === 'refund.succeeded') {
      working.rows(feeRevenueTable).want(merchantId, fact.currency, dayOf(event));
    }
  },
  fold({ event, working, postings }) {
    const rows = working.rows(feeRevenueTable);
    for (const entry of postings.flatMap(({ entries }) => entries)) {
      if (entry.account !== 'fee_revenue') continue;
      const before = rows.get(event.merchantId, entry.currency, dayOf(event)) ?? dayWithoutFees(event, entry.currency);
      rows.put(addFee(before, entry, event));
    }
  },
};

/** A credit was earned, a debit given back. */
function addFee(before: FeeRevenueRow, { amountMinor }: Entry, { partition, offset }: FoldedEvent): FeeRevenueRow {
  const earnedMinor = before.earnedMinor + (amountMinor > 0n ? amountMinor : 0n);
  const givenBackMinor = before.givenBackMinor - (amountMinor < 0n ? amountMinor : 0n);
  return { ...before, earnedMinor, givenBackMinor, netMinor: earnedMinor - givenBackMinor, partition, offset };
}

function dayWithoutFees(event: FoldedEvent, currency: string): FeeRevenueRow {
  const { merchantId, partition, offset } = event;
  const nothing = { earnedMinor: 0n, givenBackMinor: 0n, netMinor: 0n };
  return { merchantId, currency, day: dayOf(event), ...nothing, partition, offset };
}

function dayOf({ occurredAt }: FoldedEvent): string {
  return occurredAt.slice(0, 10);
}
