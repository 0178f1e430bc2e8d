/** A correction of a merchant's balance, once. */
import type { AdjustmentPosted } from '@northwind/events';
import { businessDuplicate, type FoldedEvent, type ReadModel } from '../folding.ts';
import { postAdjustment } from '../journal/post.ts';
import { type AdjustmentRow, adjustmentsTable } from './table.ts';

export const adjustments: ReadModel = {
  name: 'adjustments',
  tables: [adjustmentsTable],
  want(event, working) {
    if (isAdjustment(event)) working.rows(adjustmentsTable).want(event.merchantId, event.subject);
  },
  fold({ event, working, postings, anomalies }) {
    if (!isAdjustment(event)) return;
    const rows = working.rows(adjustmentsTable);
    const seen = rows.get(event.merchantId, event.subject);
    if (seen) {
      anomalies.push(businessDuplicate(event, seen.postedAt));
      return;
    }
    rows.put(recordAdjustment(event));
    postings.push(postAdjustment(event.fact));
  },
};

export function recordAdjustment(event: FoldedEvent<AdjustmentPosted>): AdjustmentRow {
  const { merchantId, subject: adjustmentId, occurredAt: postedAt, partition, offset } = event;
  const { currency, amountMinor, reason } = event.fact;
  return { merchantId, adjustmentId, currency, amountMinor, reason, postedAt, partition, offset };
}

function isAdjustment(event: FoldedEvent): event is FoldedEvent<AdjustmentPosted> {
  return event.fact.type === 'adjustment.posted';
}
