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

const attemptSchema = component(
  'DeliveryAttempt',
  z.object({
    attempt: z.int(),
    scheduledAt: instantSchema,
    startedAt: instantSchema,
    finishedAt: describe(instantSchema.clone().nullable(), 'Null when nobody was there to see the end.'),
    durationMs: z.int().nullable(),
    outcome: outcomeSchema,
    outcomeMeaning: z.string(),
    detail: z.string().nullable(),
    responseStatus: z.int().nullable(),
    responseHeaders: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullable(),
    responseBody: describe(z.string().nullable(), 'Decoded, at most 64 KiB.'),
    responseTruncated: z.boolean(),
    nextAttemptAt: instantSchema.nullable(),
    triggeredBy: describe(z.string(), 'Who wanted it: `schedule`, `resend by <actor>` or `job <id>`.'),
  }),
  'The receipt of one request.',
);

export const deliverySchema = component(
  'Delivery',
  z.object({
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
    attempts: describe(z.array(attemptSchema), 'The first attempt first.'),
  }),
  'One webhook on its way to one endpoint.',
);

export type DeliveryJson = z.output<typeof deliverySchema>;
