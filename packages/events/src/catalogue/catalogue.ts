import type { z } from 'zod';
import { type AdjustmentPosted, adjustmentPostedV1, decodeAdjustmentPostedV1 } from './adjustment.ts';
import { type DisputeLost, type DisputeOpened, type DisputeWon, decodeDisputeV1, disputeV1 } from './dispute.ts';
import { decodePaymentCapturedV1, type PaymentCaptured, paymentCapturedV1 } from './payment.ts';
import {
  decodePayoutInitiatedV1,
  decodePayoutSettledV1,
  decodePayoutSubmittedV1,
  decodePayoutUnpaidV1,
  type PayoutFailed,
  type PayoutInitiated,
  type PayoutReturned,
  type PayoutSettled,
  type PayoutSubmitted,
  payoutInitiatedV1,
  payoutSettledV1,
  payoutSubmittedV1,
  payoutUnpaidV1,
} from './payout.ts';
import { decodeRefundSucceededV1, type RefundSucceeded, refundSucceededV1 } from './refund.ts';

/** What happened, as the projector folds it: amounts are bigint minor units, absent texts are null. */
export type DomainEvent =
  | PaymentCaptured
  | RefundSucceeded
  | DisputeOpened
  | DisputeWon
  | DisputeLost
  | AdjustmentPosted
  | PayoutInitiated
  | PayoutSubmitted
  | PayoutSettled
  | PayoutFailed
  | PayoutReturned;

export type EventType = DomainEvent['type'];

/** One version of one event type. A published version is never edited; a new one is added and the old one upcast. */
export interface CatalogueEntry {
  readonly type: EventType;
  readonly version: number;
  /** What `subject` is the id of. */
  readonly subject: string;
  readonly summary: string;
  /** True when `data` has amount and currency; only then does the event carry money of its own. */
  readonly carriesMoney: boolean;
  readonly schema: z.ZodType<object>;
  /** Data that the schema accepted, as a domain event of the newest version. */
  readonly decode: (data: never) => DomainEvent;
}

type Versions = Readonly<Record<number, CatalogueEntry>>;

function entry<Schema extends z.ZodType<object>>(
  is: Omit<CatalogueEntry, 'schema' | 'decode'> & {
    readonly schema: Schema;
    readonly decode: (data: z.output<Schema>) => DomainEvent;
  },
): CatalogueEntry {
  return is;
}

export const catalogue: Readonly<Record<EventType, Versions>> = {
  'payment.captured': {
    1: entry({
      type: 'payment.captured',
      version: 1,
      subject: 'paymentId',
      summary: 'A payer’s money was captured for a merchant.',
      carriesMoney: true,
      schema: paymentCapturedV1,
      decode: decodePaymentCapturedV1,
    }),
  },
  'refund.succeeded': {
    1: entry({
      type: 'refund.succeeded',
      version: 1,
      subject: 'refundId',
      summary: 'Money of a payment went back to its payer.',
      carriesMoney: true,
      schema: refundSucceededV1,
      decode: decodeRefundSucceededV1,
    }),
  },
  'dispute.opened': {
    1: entry({
      type: 'dispute.opened',
      version: 1,
      subject: 'disputeId',
      summary: 'A payer contested a payment; the amount is reserved.',
      carriesMoney: true,
      schema: disputeV1,
      decode: decodeDisputeV1('dispute.opened'),
    }),
  },
  'dispute.won': {
    1: entry({
      type: 'dispute.won',
      version: 1,
      subject: 'disputeId',
      summary: 'The merchant won a dispute; its reserve is released.',
      carriesMoney: true,
      schema: disputeV1,
      decode: decodeDisputeV1('dispute.won'),
    }),
  },
  'dispute.lost': {
    1: entry({
      type: 'dispute.lost',
      version: 1,
      subject: 'disputeId',
      summary: 'The merchant lost a dispute; its reserve is gone.',
      carriesMoney: true,
      schema: disputeV1,
      decode: decodeDisputeV1('dispute.lost'),
    }),
  },
  'adjustment.posted': {
    1: entry({
      type: 'adjustment.posted',
      version: 1,
      subject: 'adjustmentId',
      summary: 'A merchant’s balance was corrected by hand.',
      carriesMoney: true,
      schema: adjustmentPostedV1,
      decode: decodeAdjustmentPostedV1,
    }),
  },
  'payout.initiated': {
    1: entry({
      type: 'payout.initiated',
      version: 1,
      subject: 'payoutId',
      summary: 'A payout was decided; its amount leaves the available balance.',
      carriesMoney: true,
      schema: payoutInitiatedV1,
      decode: decodePayoutInitiatedV1,
    }),
  },
  'payout.submitted': {
    1: entry({
      type: 'payout.submitted',
      version: 1,
      subject: 'payoutId',
      summary: 'The rail accepted a payout’s instruction.',
      carriesMoney: false,
      schema: payoutSubmittedV1,
      decode: decodePayoutSubmittedV1,
    }),
  },
  'payout.settled': {
    1: entry({
      type: 'payout.settled',
      version: 1,
      subject: 'payoutId',
      summary: 'A payout’s money arrived.',
      carriesMoney: true,
      schema: payoutSettledV1,
      decode: decodePayoutSettledV1,
    }),
  },
  'payout.failed': {
    1: entry({
      type: 'payout.failed',
      version: 1,
      subject: 'payoutId',
      summary: 'The rail refused a payout; the money never left.',
      carriesMoney: false,
      schema: payoutUnpaidV1,
      decode: decodePayoutUnpaidV1('payout.failed'),
    }),
  },
  'payout.returned': {
    1: entry({
      type: 'payout.returned',
      version: 1,
      subject: 'payoutId',
      summary: 'A payout came back after it had left.',
      carriesMoney: false,
      schema: payoutUnpaidV1,
      decode: decodePayoutUnpaidV1('payout.returned'),
    }),
  },
};

const entries: readonly CatalogueEntry[] = Object.values(catalogue).flatMap((versions) => Object.values(versions));
/** Every type, in the order of the catalogue. */
export const EVENT_TYPES: readonly EventType[] = [...new Set(entries.map((is) => is.type))];
export const CATALOGUE_ENTRIES: readonly CatalogueEntry[] = entries;

const knownTypes: ReadonlySet<string> = new Set(EVENT_TYPES);

export function isEventType(type: string): type is EventType {
  return knownTypes.has(type);
}

export function findEntry(type: string, version: number): CatalogueEntry | undefined {
  return isEventType(type) ? catalogue[type][version] : undefined;
}
