/**
 * A payout's row as its facts come in. Where two facts tell the same thing (the amount, the rail's reference, the
 * reason), one of them has precedence, so the row is the same whatever order they came in.
 */
import type { PayoutFailed, PayoutInitiated, PayoutReturned, PayoutSettled, PayoutSubmitted } from '@northwind/events';
import type { FoldedEvent } from '../folding.ts';
import { PAYOUT_PRECEDENCE, type PayoutStatus, payoutStatus } from './status.ts';
import type { PayoutRow } from './table.ts';

export type PayoutEvent = FoldedEvent<
  PayoutInitiated | PayoutSubmitted | PayoutSettled | PayoutFailed | PayoutReturned
>;

/** The row after a fact that was not seen before. */
export function evolvePayout(before: PayoutRow | undefined, event: PayoutEvent): PayoutRow {
  const seen = before ?? unseenPayout(event);
  const told: PayoutRow = { ...seen, ...tell(seen, event), [timeOf(event)]: event.occurredAt };
  const status = payoutStatus(factsOf(told)) ?? told.status;
  return {
    ...told,
    status,
    sequence: before?.status === status ? before.sequence : seen.sequence + 1,
    offset: event.offset,
    updatedAt: event.recordedAt,
  };
}

export function isPayout(event: FoldedEvent): event is PayoutEvent {
  return event.fact.type.startsWith('payout.');
}

export function factsOf(payout: PayoutRow): Set<PayoutStatus> {
  return new Set(PAYOUT_PRECEDENCE.filter((fact) => payout[`${fact}At`] !== null));
}

export function timeOf(event: PayoutEvent): `${PayoutStatus}At` {
  return `${statusOf(event)}At`;
}

export function statusOf(event: PayoutEvent): PayoutStatus {
  switch (event.fact.type) {
    case 'payout.initiated':
      return 'initiated';
    case 'payout.submitted':
      return 'submitted';
    case 'payout.settled':
      return 'settled';
    case 'payout.failed':
      return 'failed';
    case 'payout.returned':
      return 'returned';
  }
}

/** What the fact says that no fact of precedence has said. */
function tell(seen: PayoutRow, { fact }: PayoutEvent): Partial<PayoutRow> {
  switch (fact.type) {
    case 'payout.initiated': {
      const { method, destination, amountMinor, currency } = fact;
      return seen.settledAt ? { method, destination } : { method, destination, amountMinor, currency };
    }
    case 'payout.submitted': {
      const { expectedArrival, railReference } = fact;
      return seen.settledAt ? { expectedArrival } : { expectedArrival, railReference };
    }
    case 'payout.settled': {
      const { amountMinor, currency, railReference, traceId } = fact;
      return { amountMinor, currency, railReference, traceId };
    }
    case 'payout.failed': {
      const { reasonCode, reason } = fact;
      return seen.returnedAt ? {} : { reasonCode, reason };
    }
    case 'payout.returned': {
      const { reasonCode, reason } = fact;
      return { reasonCode, reason };
    }
  }
}

function unseenPayout(event: PayoutEvent): PayoutRow {
  return {
    merchantId: event.merchantId,
    payoutId: event.subject,
    status: statusOf(event),
    amountMinor: null,
    currency: null,
    method: null,
    destination: null,
    railReference: null,
    traceId: null,
    expectedArrival: null,
    reasonCode: null,
    reason: null,
    initiatedAt: null,
    submittedAt: null,
    settledAt: null,
    failedAt: null,
    returnedAt: null,
    sequence: 0,
    firstOffset: event.offset,
    partition: event.partition,
    offset: event.offset,
    updatedAt: event.recordedAt,
  };
}
