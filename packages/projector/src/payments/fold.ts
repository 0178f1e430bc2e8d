/** A payment: its capture, and what refunds and disputes took of it. Any of these may be seen first. */
import type { PaymentCaptured } from '@northwind/events';
import { disputesTable } from '../disputes/table.ts';
import { type Anomaly, businessDuplicate, type FoldedEvent, type ReadModel } from '../folding.ts';
import { type Money, postCapture } from '../journal/post.ts';
import type { WorkingSet } from '../working-set/working-set.ts';
import { type PaymentRow, paymentsTable } from './table.ts';

export const payments: ReadModel = {
  name: 'payments',
  tables: [paymentsTable],
  wantsFrom: [disputesTable],
  want(event, working) {
    for (const paymentId of paymentsOf(event, working)) working.rows(paymentsTable).want(event.merchantId, paymentId);
  },
  fold({ event, working, postings, anomalies }) {
    if (!isCapture(event)) return;
    const rows = working.rows(paymentsTable);
    const before = rows.get(event.merchantId, event.subject);
    if (before?.capturedAt) {
      anomalies.push(businessDuplicate(event, before.capturedAt));
      return;
    }
    const after = capturePayment(before, event);
    rows.put(after);
    postings.push(postCapture(event.fact));
    anomalies.push(...anomaliesOfCapture(before, after));
  },
};

export function capturePayment(before: PaymentRow | undefined, event: FoldedEvent<PaymentCaptured>): PaymentRow {
  const { amountMinor, feeMinor, currency, method, reference } = event.fact;
  const named = before ?? unseenPayment(event, event.subject, currency);
  return { ...touched(named, event), currency, amountMinor, feeMinor, method, reference, capturedAt: event.occurredAt };
}

/** Adds to what was refunded of a payment. */
export function refundPayment(before: PaymentRow, event: FoldedEvent, amountMinor: bigint): PaymentRow {
  return { ...touched(before, event), refundedMinor: before.refundedMinor + amountMinor };
}

/** Adds to what is in dispute or lost; negative when a dispute ends well. */
export function disputePayment(before: PaymentRow, event: FoldedEvent, amountMinor: bigint): PaymentRow {
  return { ...touched(before, event), disputedMinor: before.disputedMinor + amountMinor };
}

/** A payment that a refund or dispute names before its capture was seen. */
export function unseenPayment(event: FoldedEvent, paymentId: string, currency: string): PaymentRow {
  const { merchantId, partition, offset } = event;
  const unknown = { amountMinor: null, feeMinor: null, method: null, reference: null, capturedAt: null };
  return { merchantId, paymentId, currency, ...unknown, refundedMinor: 0n, disputedMinor: 0n, partition, offset };
}

/** What a refund or dispute of this much shows about the payment it names. */
export function anomaliesOfReference(payment: PaymentRow | undefined, paymentId: string, money: Money): Anomaly[] {
  const anomalies: Anomaly[] = [];
  if (!payment?.capturedAt) anomalies.push({ kind: 'unknown_payment', detail: { paymentId } });
  if (payment && payment.currency !== money.currency) {
    anomalies.push({
      kind: 'currency_mismatch',
      detail: { paymentId, currency: money.currency, paymentCurrency: payment.currency },
    });
  }
  return anomalies;
}

export function anomaliesOfRefunded(payment: PaymentRow): Anomaly[] {
  const { paymentId, amountMinor, refundedMinor } = payment;
  if (amountMinor === null || refundedMinor <= amountMinor) return [];
  return [{ kind: 'over_refund', detail: { paymentId, amountMinor, refundedMinor } }];
}

function anomaliesOfCapture(before: PaymentRow | undefined, after: PaymentRow): Anomaly[] {
  const anomalies = anomaliesOfRefunded(after);
  if (before && before.currency !== after.currency) {
    const detail = { paymentId: after.paymentId, currency: before.currency, paymentCurrency: after.currency };
    anomalies.push({ kind: 'currency_mismatch', detail });
  }
  return anomalies;
}

/** Every payment that the event may change. A dispute's facts may name different ones; the row knows the one so far. */
function paymentsOf({ fact, merchantId, subject }: FoldedEvent, working: WorkingSet): string[] {
  switch (fact.type) {
    case 'payment.captured':
      return [subject];
    case 'refund.succeeded':
      return [fact.paymentId];
    case 'dispute.opened':
    case 'dispute.won':
    case 'dispute.lost': {
      const dispute = working.rows(disputesTable).get(merchantId, subject);
      return dispute ? [fact.paymentId, dispute.paymentId] : [fact.paymentId];
    }
    default:
      return [];
  }
}

function touched(row: PaymentRow, { partition, offset }: FoldedEvent): PaymentRow {
  return { ...row, partition, offset };
}

function isCapture(event: FoldedEvent): event is FoldedEvent<PaymentCaptured> {
  return event.fact.type === 'payment.captured';
}
