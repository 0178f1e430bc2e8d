import { type Coordinate, coordinateOf } from './coordinate.ts';
import { readFields, readInteger, readList, readOptionalInteger, readOptionalText, readText } from './read-fields.ts';

export interface DeliveryAttempt {
  readonly attempt: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string;
  readonly outcomeMeaning: string | null;
  readonly responseStatus: number | null;
  readonly durationMs: number | null;
  /** `schedule`, `resend by <actor>` or `job <id>`. */
  readonly triggeredBy: string;
}

export interface Delivery extends Coordinate {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly endpointId: string;
  readonly url: string | null;
  readonly eventType: string;
  readonly state: string;
  readonly nextAttemptAt: string | null;
  readonly attemptsMade: number;
  /** The latest ones, first attempt first. */
  readonly attempts: readonly DeliveryAttempt[];
}

function readAttempt(value: unknown): DeliveryAttempt {
  const fields = readFields(value, 'attempt');
  return {
    attempt: readInteger(fields, 'attempt'),
    startedAt: readText(fields, 'startedAt'),
    finishedAt: readOptionalText(fields, 'finishedAt'),
    outcome: readText(fields, 'outcome'),
    outcomeMeaning: readOptionalText(fields, 'outcomeMeaning'),
    responseStatus: readOptionalInteger(fields, 'responseStatus'),
    durationMs: readOptionalInteger(fields, 'durationMs'),
    triggeredBy: readText(fields, 'triggeredBy'),
  };
}

export function readDelivery(value: unknown): Delivery {
  const fields = readFields(value, 'delivery');
  return {
    ...coordinateOf(fields),
    deliveryId: readText(fields, 'deliveryId'),
    webhookId: readText(fields, 'webhookId'),
    endpointId: readText(fields, 'endpointId'),
    url: readOptionalText(fields, 'url'),
    eventType: readText(fields, 'eventType'),
    state: readText(fields, 'state'),
    nextAttemptAt: readOptionalText(fields, 'nextAttemptAt'),
    attemptsMade: readInteger(fields, 'attemptsMade'),
    attempts: readList(fields, 'attempts', readAttempt),
  };
}
