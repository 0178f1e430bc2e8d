import type { AdjustmentPostedData } from './catalogue/adjustment.ts';
import type { EventType } from './catalogue/catalogue.ts';
import type { DisputeData } from './catalogue/dispute.ts';
import type { PaymentCapturedData } from './catalogue/payment.ts';
import type {
  PayoutInitiatedData,
  PayoutSettledData,
  PayoutSubmittedData,
  PayoutUnpaidData,
} from './catalogue/payout.ts';
import type { RefundSucceededData } from './catalogue/refund.ts';
import { EventError } from './decode-event.ts';
import { dataschemaOf } from './envelope/dataschema.ts';
import { deriveKey } from './identity/derive-key.ts';
import { parseInstant } from './instant/parse-instant.ts';
import { readEvent } from './parse/parse-event.ts';

/** A CloudEvents 1.0 event in structured JSON mode. */
export interface CloudEvent<Data extends object = object> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: EventType;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly traceparent?: string;
  readonly data: Data;
}

/** What every builder takes beside the id it is about and the members of `data`. */
export interface Attributes {
  /** When it happened, RFC 3339; written in its canonical form. */
  readonly time: string;
  /** The producer. Default: `/northwind/payments`. */
  readonly source?: string;
  /** The producer's id of this message. Default: the idempotency key, so the same fact gets the same id. */
  readonly id?: string;
  readonly traceparent?: string;
  /** Further members of `data`, which the catalogue does not know; they are kept. */
  readonly additionalData?: Readonly<Record<string, unknown>>;
}

/** Members of `data`; amounts may be bigint. */
type Input<Data> = {
  readonly [Name in keyof Data as string extends Name ? never : Name]: Data[Name] extends number | undefined
    ? Data[Name] | bigint
    : Data[Name];
};

type Build<IdName extends string, Data extends object> = (
  input: Attributes & { readonly [name in IdName]: string } & Input<Data>,
) => CloudEvent<Data>;

const SOURCE_DEFAULT = '/northwind/payments';

export const paymentCaptured = builder<'paymentId', PaymentCapturedData>('payment.captured', 'paymentId');
export const refundSucceeded = builder<'refundId', RefundSucceededData>('refund.succeeded', 'refundId');
export const disputeOpened = builder<'disputeId', DisputeData>('dispute.opened', 'disputeId');
export const disputeWon = builder<'disputeId', DisputeData>('dispute.won', 'disputeId');
export const disputeLost = builder<'disputeId', DisputeData>('dispute.lost', 'disputeId');
export const adjustmentPosted = builder<'adjustmentId', AdjustmentPostedData>('adjustment.posted', 'adjustmentId');
export const payoutInitiated = builder<'payoutId', PayoutInitiatedData>('payout.initiated', 'payoutId');
export const payoutSubmitted = builder<'payoutId', PayoutSubmittedData>('payout.submitted', 'payoutId');
export const payoutSettled = builder<'payoutId', PayoutSettledData>('payout.settled', 'payoutId');
export const payoutFailed = builder<'payoutId', PayoutUnpaidData>('payout.failed', 'payoutId');
export const payoutReturned = builder<'payoutId', PayoutUnpaidData>('payout.returned', 'payoutId');

/** The message body of an event. */
export function toJson(event: CloudEvent): string {
  return JSON.stringify(event);
}

function builder<IdName extends string, Data extends object>(type: EventType, idName: IdName): Build<IdName, Data> {
  return (input) => {
    const { time, source, id, traceparent, additionalData, ...rest } = input as Attributes & Record<string, unknown>;
    const { [idName]: subject, ...members } = rest;
    const data = wireData({ ...additionalData, ...members });
    return checkedEvent({ type, subject, time, source, id, traceparent, data }) as CloudEvent<Data>;
  };
}

interface Parts {
  readonly type: EventType;
  readonly subject: unknown;
  readonly time: string;
  readonly source: string | undefined;
  readonly id: string | undefined;
  readonly traceparent: string | undefined;
  readonly data: object;
}

/** Throws an EventError on what parseEvent would refuse, so that a producer learns of it before it sends. */
function checkedEvent(parts: Parts): CloudEvent {
  const { type, data } = parts;
  const time = parseInstant(parts.time);
  const subject = typeof parts.subject === 'string' ? parts.subject : '';
  const event: CloudEvent = {
    specversion: '1.0',
    id: parts.id ?? (time.ok ? deriveKey(type, subject, time) : 'none'),
    source: parts.source ?? SOURCE_DEFAULT,
    type,
    subject,
    time: time.ok ? time.instant : parts.time,
    datacontenttype: 'application/json',
    dataschema: dataschemaOf(type, 1),
    ...(parts.traceparent === undefined ? {} : { traceparent: parts.traceparent }),
    data,
  };
  const read = readEvent(toJson(event), { receivedAtMs: Number.POSITIVE_INFINITY });
  if (!read.ok) throw new EventError(type, read.rejection);
  return event;
}

/** Leaves out undefined members, and writes bigint as the number that JSON holds. */
function wireData(members: object): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) data[name] = typeof value === 'bigint' ? Number(value) : value;
  }
  return data;
}
