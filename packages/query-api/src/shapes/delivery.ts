/** What was sent to a merchant about a payout, with the receipt of every attempt. */
import { DELIVERY_EVENT_TYPES, DELIVERY_STATES, OUTCOMES, type Outcome } from '@northwind/webhooks';
import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const outcomeSchema = describe(
  z.enum(Object.keys(OUTCOMES) as [Outcome, ...Outcome[]]),
  Object.entries(OUTCOMES)
    .map(([code, meaning]) => `\`${code}\`: ${meaning}`)
    .join(' '),
);

const headersSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const CONNECTION_PHASE = 'Milliseconds. Null when a connection was used again, or this was not reached.';

const attemptSchema = component(
  'DeliveryAttempt',
  z.object({
    attempt: z.int(),
    scheduledAt: instantSchema,
    startedAt: instantSchema,
    firstByteAt: describe(instantSchema.clone().nullable(), 'The first byte of an answer that is HTTP.'),
    finishedAt: describe(instantSchema.clone().nullable(), 'Null when nobody was there to see the end.'),
    durationMs: z.int().nullable(),
    dnsMs: describe(z.int().nullable(), CONNECTION_PHASE),
    connectMs: describe(z.int().nullable(), CONNECTION_PHASE),
    tlsMs: describe(z.int().nullable(), CONNECTION_PHASE),
    waitMs: describe(z.int().nullable(), 'From the last byte of the request to the first of the answer.'),
    destinationIp: describe(z.string().nullable(), 'Connected to, or tried in vain. Never of a blocked target.'),
    outcome: outcomeSchema,
    outcomeMeaning: z.string(),
    detail: z.string().nullable(),
    secretVersion: describe(z.int().nullable(), 'Which version of the secret signed it.'),
    requestHeaders: describe(headersSchema.nullable(), 'As sent; credentials are redacted.'),
    responseStatus: z.int().nullable(),
    responseHeaders: describe(headersSchema.nullable(), 'Cookies and credentials are redacted.'),
    responseBody: describe(z.string().nullable(), 'Decoded, at most 64 KiB.'),
    responseTruncated: z.boolean(),
    responseSha256: describe(
      z.string().nullable(),
      'Of the decoded bytes that were kept: of the whole body unless it is truncated. Hexadecimal.',
    ),
    nextAttemptAt: instantSchema.nullable(),
    triggeredBy: describe(z.string(), 'Who wanted it: `schedule`, `resend by <actor>` or `job <id>`.'),
  }),
  'The receipt of one request.',
);

const summaryShape = {
  deliveryId: z.string(),
  webhookId: describe(z.string(), 'The `webhook-id` header, the same in every attempt.'),
  endpointId: z.string(),
  url: z.string(),
  payoutId: describe(z.string().nullable(), 'Null, like the coordinate, in tests and digests.'),
  eventType: z.enum(DELIVERY_EVENT_TYPES),
  partition: z.int().nullable(),
  offset: describe(z.bigint().nullable(), 'The event that caused it.'),
  state: z.enum(DELIVERY_STATES),
  attemptsMade: z.int(),
  lastOutcome: outcomeSchema.nullable(),
  nextAttemptAt: instantSchema.nullable(),
  createdAt: instantSchema,
  completedAt: instantSchema.nullable(),
};

export const deliverySummarySchema = component(
  'DeliverySummary',
  z.object(summaryShape),
  'One webhook on its way to one endpoint, without its receipts.',
);

export const deliverySchema = component(
  'Delivery',
  z.object({
    ...summaryShape,
    attempts: describe(
      z.array(attemptSchema),
      'The latest, first attempt first; an answer holds 200 at most, which its deliveries share evenly. ' +
        'Fewer than `attemptsMade` also once the receipts’ retention is over.',
    ),
    attemptsBefore: describe(
      z.int().nullable(),
      'There are earlier receipts: ask for the delivery with this `attemptsBefore`. Null when there are none.',
    ),
  }),
  'One webhook on its way to one endpoint.',
);

export const deliveryStateSchema = z.enum(DELIVERY_STATES);
export const deliveryOutcomeSchema = z.enum(Object.keys(OUTCOMES) as [Outcome, ...Outcome[]]);

export type DeliverySummaryJson = z.output<typeof deliverySummarySchema>;
export type DeliveryJson = z.output<typeof deliverySchema>;
