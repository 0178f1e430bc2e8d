/**
 * A dispute: opened, won, lost, in any order. Its money is the difference of what its facts contribute before and
 * after.
 */
import type { DisputeLost, DisputeOpened, DisputeWon } from '@northwind/events';
import { type Anomaly, businessDuplicate, type FoldedEvent, type ReadModel } from '../folding.ts';
import { move } from '../journal/post.ts';
import { type Entry, postDifference } from '../journal/posting.ts';
import { anomaliesOfReference, disputePayment, unseenPayment } from '../payments/fold.ts';
import { paymentsTable } from '../payments/table.ts';
import type { WorkingSet } from '../working-set/working-set.ts';
import { DISPUTE_PRECEDENCE, type DisputeStatus, disputeStatus } from './status.ts';
import { type DisputeRow, disputesTable } from './table.ts';

export type DisputeEvent = FoldedEvent<DisputeOpened | DisputeWon | DisputeLost>;

export const disputes: ReadModel = {
  name: 'disputes',
  tables: [disputesTable],
  want(event, working) {
    if (isDispute(event)) working.rows(disputesTable).want(event.merchantId, event.subject);
  },
  fold({ event, working, postings, anomalies }) {
    if (!isDispute(event)) return;
    const rows = working.rows(disputesTable);
    const before = rows.get(event.merchantId, event.subject);
    const seenAt = before?.[timeOf(event)];
    if (seenAt) {
      anomalies.push(businessDuplicate(event, seenAt));
      return;
    }
    const after = evolveDispute(before, event);
    rows.put(after);
    postings.push(postDifference('dispute', before ? contribution(before) : [], contribution(after)));
    const payment = working.rows(paymentsTable).get(event.merchantId, event.fact.paymentId);
    anomalies.push(
      ...anomaliesOfReference(payment, event.fact.paymentId, event.fact),
      ...contradictions(before, event),
    );
    if (before) changePayment(working, event, { dispute: before, sign: -1n });
    changePayment(working, event, { dispute: after, sign: 1n });
  },
};

/** The row after a fact that was not seen before. */
export function evolveDispute(before: DisputeRow | undefined, event: DisputeEvent): DisputeRow {
  const { merchantId, subject: disputeId, partition, offset, fact } = event;
  const told = statusOf(event);
  const facts = before ? factsOf(before) : new Set<DisputeStatus>();
  const status = disputeStatus(new Set([...facts, told])) ?? told;
  const unseen = { openedAt: null, wonAt: null, lostAt: null };
  const decisive = before && status !== told ? before : fact;
  return {
    merchantId,
    disputeId,
    paymentId: decisive.paymentId,
    status,
    currency: decisive.currency,
    amountMinor: decisive.amountMinor,
    reason: fact.type === 'dispute.opened' ? fact.reason : (before?.reason ?? null),
    openedAt: (before ?? unseen).openedAt,
    wonAt: (before ?? unseen).wonAt,
    lostAt: (before ?? unseen).lostAt,
    [timeOf(event)]: event.occurredAt,
    partition,
    offset,
  };
}

/** What a dispute in this state has done to the books, as if nothing had gone before. */
export function contribution(dispute: DisputeRow): Entry[] {
  switch (dispute.status) {
    case 'opened':
      return move(dispute, 'dispute_reserve');
    case 'won':
      return [];
    case 'lost':
      return move(dispute, 'dispute_loss');
  }
}

function contradictions(before: DisputeRow | undefined, event: DisputeEvent): Anomaly[] {
  if (!before) return [];
  const anomalies: Anomaly[] = [];
  const { amountMinor, currency } = event.fact;
  if (before.amountMinor !== amountMinor || before.currency !== currency) {
    const other = { otherAmountMinor: before.amountMinor, otherCurrency: before.currency };
    anomalies.push({ kind: 'amount_mismatch', detail: { type: event.fact.type, amountMinor, currency, ...other } });
  }
  const facts = factsOf(before);
  if ((facts.has('won') && statusOf(event) === 'lost') || (facts.has('lost') && statusOf(event) === 'won')) {
    anomalies.push({ kind: 'won_and_lost', detail: { wonAt: before.wonAt, lostAt: before.lostAt } });
  }
  return anomalies;
}

/** A payment carries the amount of each of its disputes that is not won. */
function changePayment(
  working: WorkingSet,
  event: DisputeEvent,
  { dispute, sign }: { dispute: DisputeRow; sign: bigint },
): void {
  const rows = working.rows(paymentsTable);
  const payment =
    rows.get(dispute.merchantId, dispute.paymentId) ?? unseenPayment(event, dispute.paymentId, dispute.currency);
  rows.put(disputePayment(payment, event, dispute.status === 'won' ? 0n : sign * dispute.amountMinor));
}

function factsOf(dispute: DisputeRow): Set<DisputeStatus> {
  return new Set(DISPUTE_PRECEDENCE.filter((status) => dispute[`${status}At`] !== null));
}

function statusOf(event: DisputeEvent): DisputeStatus {
  switch (event.fact.type) {
    case 'dispute.opened':
      return 'opened';
    case 'dispute.won':
      return 'won';
    case 'dispute.lost':
      return 'lost';
  }
}

function timeOf(event: DisputeEvent): 'openedAt' | 'wonAt' | 'lostAt' {
  return `${statusOf(event)}At`;
}

function isDispute(event: FoldedEvent): event is DisputeEvent {
  return event.fact.type.startsWith('dispute.');
}
