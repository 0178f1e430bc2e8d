/** A payout: its row, its timeline, its transitions, and its money as the difference of what its facts contribute. */
import { type Anomaly, businessDuplicate, type ReadModel } from '../folding.ts';
import { move } from '../journal/post.ts';
import { type Entry, postDifference } from '../journal/posting.ts';
import { evolvePayout, factsOf, isPayout, type PayoutEvent, timeOf } from './evolve-payout.ts';
import {
  type PayoutFactRow,
  type PayoutRow,
  type PayoutSnapshot,
  type PayoutTransitionRow,
  payoutFactsTable,
  payoutsTable,
  payoutTransitionsTable,
} from './table.ts';

export const payouts: ReadModel = {
  name: 'payouts',
  tables: [payoutsTable, payoutFactsTable, payoutTransitionsTable],
  want(event, working) {
    if (isPayout(event)) working.rows(payoutsTable).want(event.merchantId, event.subject);
  },
  fold({ event, working, postings, anomalies }) {
    if (!isPayout(event)) return;
    const rows = working.rows(payoutsTable);
    const before = rows.get(event.merchantId, event.subject);
    const seenAt = before?.[timeOf(event)];
    if (seenAt) {
      anomalies.push(businessDuplicate(event, seenAt));
      return;
    }
    const after = evolvePayout(before, event);
    rows.put(after);
    working.append(payoutFactsTable, toFact(event));
    if (after.status !== before?.status) working.append(payoutTransitionsTable, toTransition(before, after, event));
    postings.push(postDifference('payout', before ? contribution(before) : [], contribution(after)));
    anomalies.push(...contradictions(before, after, event));
  },
};

/**
 * What a payout in this state has done to the books, as if nothing had gone before. An amount not told yet posts
 * nothing.
 */
export function contribution({ status, amountMinor, currency }: PayoutRow): Entry[] {
  if (amountMinor === null || currency === null) return [];
  switch (status) {
    case 'initiated':
    case 'submitted':
      return move({ amountMinor, currency }, 'payout_in_transit');
    case 'settled':
      return move({ amountMinor, currency }, 'bank');
    case 'failed':
    case 'returned':
      return [];
  }
}

export function contradictions(before: PayoutRow | undefined, after: PayoutRow, event: PayoutEvent): Anomaly[] {
  if (!before) return [];
  const anomalies: Anomaly[] = [];
  const { fact } = event;
  const tellsAmount = fact.type === 'payout.initiated' || fact.type === 'payout.settled';
  if (tellsAmount && before.amountMinor !== null) {
    const { amountMinor, currency } = fact;
    if (before.amountMinor !== amountMinor || before.currency !== currency) {
      const other = { otherAmountMinor: before.amountMinor, otherCurrency: before.currency };
      anomalies.push({ kind: 'amount_mismatch', detail: { type: fact.type, amountMinor, currency, ...other } });
    }
  }
  if (isContradictory(after) && !isContradictory(before)) {
    const { settledAt, failedAt } = after;
    anomalies.push({ kind: 'settled_and_failed', detail: { settledAt, failedAt } });
  }
  return anomalies;
}

export function toSnapshot(payout: PayoutRow, previousStatus: PayoutRow['status'] | null): PayoutSnapshot {
  const { payoutId, merchantId, status, sequence } = payout;
  return {
    payoutId,
    merchantId,
    status,
    previousStatus,
    sequence,
    amountMinor: payout.amountMinor,
    currency: payout.currency,
    method: payout.method,
    destination: payout.destination,
    railReference: payout.railReference,
    traceId: payout.traceId,
    expectedArrival: payout.expectedArrival,
    reasonCode: payout.reasonCode,
    reason: payout.reason,
    initiatedAt: payout.initiatedAt,
    submittedAt: payout.submittedAt,
    settledAt: payout.settledAt,
    failedAt: payout.failedAt,
    returnedAt: payout.returnedAt,
  };
}

function toFact({
  partition,
  offset,
  merchantId,
  subject,
  fact,
  version,
  occurredAt,
  recordedAt,
  data,
}: PayoutEvent): PayoutFactRow {
  return { partition, offset, merchantId, payoutId: subject, type: fact.type, version, occurredAt, recordedAt, data };
}

function toTransition(before: PayoutRow | undefined, after: PayoutRow, event: PayoutEvent): PayoutTransitionRow {
  const { partition, offset, merchantId, subject: payoutId, occurredAt, recordedAt } = event;
  const previousStatus = before?.status ?? null;
  const { status, sequence } = after;
  const payout = toSnapshot(after, previousStatus);
  return {
    partition,
    offset,
    merchantId,
    payoutId,
    status,
    previousStatus,
    sequence,
    occurredAt,
    recordedAt,
    payout,
  };
}

function isContradictory(payout: PayoutRow): boolean {
  const facts = factsOf(payout);
  return facts.has('settled') && facts.has('failed');
}
