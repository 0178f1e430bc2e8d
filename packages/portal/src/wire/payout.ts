import { type Coordinate, coordinateOf, readCoordinate } from './coordinate.ts';
import {
  type Fields,
  readFields,
  readInteger,
  readList,
  readOptionalExact,
  readOptionalText,
  readText,
  WireError,
} from './read-fields.ts';

export const PAYOUT_STATUSES = ['initiated', 'submitted', 'settled', 'failed', 'returned'] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

/** Amount, currency and method are null while only later facts of the payout have arrived. */
export interface Payout {
  readonly payoutId: string;
  readonly merchantId: string;
  readonly status: PayoutStatus;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly exponent: number;
  readonly method: string | null;
  readonly destination: string | null;
  readonly railReference: string | null;
  readonly traceId: string | null;
  readonly expectedArrival: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly reasonMeaning: string | null;
  readonly whatToDo: string | null;
  readonly initiatedAt: string | null;
  readonly submittedAt: string | null;
  readonly settledAt: string | null;
  readonly failedAt: string | null;
  readonly returnedAt: string | null;
  readonly updatedAt: string;
  readonly asOf: Coordinate;
}

export interface PayoutFact extends Coordinate {
  readonly type: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly data: Fields;
}

export interface PayoutWithTimeline extends Payout {
  readonly timeline: readonly PayoutFact[];
}

function readStatus(fields: Fields): PayoutStatus {
  const status = PAYOUT_STATUSES.find((known) => known === fields.status);
  if (status === undefined) throw new WireError(`status is not one of ${PAYOUT_STATUSES.join(', ')}`);
  return status;
}

export function readPayout(value: unknown): Payout {
  const fields = readFields(value, 'payout');
  const currency = readOptionalText(fields, 'currency');
  return {
    payoutId: readText(fields, 'payoutId'),
    merchantId: readText(fields, 'merchantId'),
    status: readStatus(fields),
    amountMinor: readOptionalExact(fields, 'amountMinor'),
    currency,
    exponent: currency === null ? 0 : readInteger(fields, 'exponent'),
    method: readOptionalText(fields, 'method'),
    destination: readOptionalText(fields, 'destination'),
    railReference: readOptionalText(fields, 'railReference'),
    traceId: readOptionalText(fields, 'traceId'),
    expectedArrival: readOptionalText(fields, 'expectedArrival'),
    reasonCode: readOptionalText(fields, 'reasonCode'),
    reason: readOptionalText(fields, 'reason'),
    reasonMeaning: readOptionalText(fields, 'reasonMeaning'),
    whatToDo: readOptionalText(fields, 'whatToDo'),
    initiatedAt: readOptionalText(fields, 'initiatedAt'),
    submittedAt: readOptionalText(fields, 'submittedAt'),
    settledAt: readOptionalText(fields, 'settledAt'),
    failedAt: readOptionalText(fields, 'failedAt'),
    returnedAt: readOptionalText(fields, 'returnedAt'),
    updatedAt: readText(fields, 'updatedAt'),
    asOf: readCoordinate(fields.asOf),
  };
}

function readFact(value: unknown): PayoutFact {
  const fields = readFields(value, 'timeline');
  return {
    ...coordinateOf(fields),
    type: readText(fields, 'type'),
    occurredAt: readText(fields, 'occurredAt'),
    recordedAt: readText(fields, 'recordedAt'),
    data: readFields(fields.data ?? {}, 'data'),
  };
}

export function readPayoutWithTimeline(value: unknown): PayoutWithTimeline {
  const fields = readFields(value, 'payout');
  return { ...readPayout(value), timeline: readList(fields, 'timeline', readFact) };
}
