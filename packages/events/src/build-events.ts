import type { AdjustmentPostedData } from './catalogue/adjustment.ts';
import { type EventType, findEntry } from './catalogue/catalogue.ts';
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
import { envelope } from './envelope/envelope.ts';
import { idempotencyKey } from './identity/derive-key.ts';
import { canonicalInstant } from './instant/parse-instant.ts';
import { explainIssue } from './parse/explain-issue.ts';

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
}

/** Members of `data`: amounts may be bigint. Further members are kept. */
type Input<Data> = {
  readonly [Name in keyof Data as string extends Name ? never : Name]: Data[Name] extends number | undefined
    ? Data[Name] | bigint
    : Data[Name];
} & { readonly [further: string]: unknown };

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

/** A builder throws an EventError on what parseEvent would refuse, so a producer learns of it before it sends. */
function builder<IdName extends string, Data extends object>(type: EventType, idName: IdName): Build<IdName, Data> {
  return (input) => {
    const {
      time,
      source,
      id,
      traceparent,
      [idName]: subject,
      ...members
    } = input as Attributes & Record<string, unknown>;
    return build<Data>(type, { time, source, id, traceparent, subject: subject as string }, members);
  };
}

interface BuildAttributes {
  readonly time: string;
  readonly source: string | undefined;
  readonly id: string | undefined;
  readonly traceparent: string | undefined;
  readonly subject: string;
}

function build<Data extends object>(type: EventType, attributes: BuildAttributes, members: object): CloudEvent<Data> {
  const time = canonicalInstant(attributes.time);
  const data = wireData(members);
  const event = {
    specversion: '1.0',
    id: attributes.id ?? idempotencyKey(type, attributes.subject, time),
    source: attributes.source ?? SOURCE_DEFAULT,
    type,
    subject: attributes.subject,
    time,
    datacontenttype: 'application/json',
    dataschema: dataschemaOf(type, 1),
    ...(attributes.traceparent === undefined ? {} : { traceparent: attributes.traceparent }),
    data,
  } as const;
  const checked = envelope.safeParse(event);
  if (!checked.success) throw new EventError(type, explainIssue(checked.error, event, []));
  const accepted = findEntry(type, 1)?.schema.safeParse(data);
  if (accepted?.success === false) throw new EventError(type, explainIssue(accepted.error, data, ['data']));
  return event as CloudEvent<Data> & typeof event;
}

/** Leaves out undefined members, and writes bigint as the number that JSON holds. */
function wireData(members: object): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) data[name] = typeof value === 'bigint' ? Number(value) : value;
  }
  return data;
}
