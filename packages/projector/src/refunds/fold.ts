/** A refund, once. Its money is posted whether or not its payment was seen yet. */
import type { RefundSucceeded } from '@northwind/events';
import { businessDuplicate, type FoldedEvent, type ReadModel } from '../folding.ts';
import { postRefund } from '../journal/post.ts';
import { anomaliesOfReference, anomaliesOfRefunded, refundPayment, unseenPayment } from '../payments/fold.ts';
import { paymentsTable } from '../payments/table.ts';
import { type RefundRow, refundsTable } from './table.ts';

export const refunds: ReadModel = {
  name: 'refunds',
  tables: [refundsTable],
  want(event, working) {
    if (isRefund(event)) working.rows(refundsTable).want(event.merchantId, event.subject);
  },
  fold({ event, working, postings, anomalies }) {
    if (!isRefund(event)) return;
    const seen = working.rows(refundsTable).get(event.merchantId, event.subject);
    if (seen) {
      anomalies.push(businessDuplicate(event, seen.succeededAt));
      return;
    }
    const { fact, merchantId } = event;
    const payment = working.rows(paymentsTable).get(merchantId, fact.paymentId);
    const refunded = refundPayment(
      payment ?? unseenPayment(event, fact.paymentId, fact.currency),
      event,
      fact.amountMinor,
    );
    working.rows(refundsTable).put(recordRefund(event));
    working.rows(paymentsTable).put(refunded);
    postings.push(postRefund(fact));
    anomalies.push(...anomaliesOfReference(payment, fact.paymentId, fact), ...anomaliesOfRefunded(refunded));
  },
};

export function recordRefund(event: FoldedEvent<RefundSucceeded>): RefundRow {
  const { merchantId, subject: refundId, occurredAt: succeededAt, partition, offset } = event;
  const { paymentId, currency, amountMinor, feeRefundedMinor } = event.fact;
  return {
    merchantId,
    refundId,
    paymentId,
    currency,
    amountMinor,
    feeRefundedMinor,
    succeededAt,
    partition,
    offset,
  };
}

function isRefund(event: FoldedEvent): event is FoldedEvent<RefundSucceeded> {
  return event.fact.type === 'refund.succeeded';
}
