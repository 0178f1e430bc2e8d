/** One payout of a merchant, as HTTP and the stream show it. */
import { REASON_SIDES } from '@northwind/events';
import { PAYOUT_STATUSES } from '@northwind/projector';
import { z } from 'zod';
import { coordinateSchema } from './coordinate.ts';
import { currencySchema, exponentSchema, instantSchema, minorSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const payoutStatusSchema = z.enum(PAYOUT_STATUSES);

const payoutFields = {
  payoutId: z.string(),
  merchantId: z.string(),
  status: payoutStatusSchema,
  amountMinor: minorSchema.nullable(),
  currency: currencySchema.nullable(),
  exponent: exponentSchema.nullable(),
  method: z.string().nullable(),
  destination: describe(z.string().nullable(), 'The bank account, masked by the payments platform.'),
  railReference: describe(z.string().nullable(), 'The payment rail’s own reference.'),
  traceId: describe(z.string().nullable(), 'For the receiving bank, when money doesn’t show up.'),
  expectedArrival: z.string().nullable(),
  reasonCode: describe(z.string().nullable(), 'ISO 20022 code of why it failed or came back.'),
  reason: describe(z.string().nullable(), 'What the rail said.'),
  reasonMeaning: describe(z.string().nullable(), 'The code in plain words; null for one that we have no words for.'),
  reasonLiesWith: describe(
    z.enum(REASON_SIDES).nullable(),
    'Who has to put it right. `northwind` is us and our bank; `rail` the banks on the way. Null as `reasonMeaning`.',
  ),
  whatToDo: describe(z.string().nullable(), 'What the merchant does next.'),
  initiatedAt: instantSchema.nullable(),
  submittedAt: instantSchema.nullable(),
  settledAt: instantSchema.nullable(),
  failedAt: instantSchema.nullable(),
  returnedAt: instantSchema.nullable(),
  sequence: describe(z.int(), 'How many times the status has changed.'),
  updatedAt: instantSchema,
  asOf: coordinateSchema,
};

export const payoutSchema = component(
  'Payout',
  z.object(payoutFields),
  'A payout. What the facts seen so far don’t say is null: a payout may be seen settled before it is seen initiated.',
);

export const payoutFactSchema = component(
  'PayoutFact',
  z.object({
    type: z.string(),
    occurredAt: instantSchema,
    recordedAt: instantSchema,
    partition: z.int(),
    offset: z.bigint(),
    data: describe(z.record(z.string(), z.unknown()), 'The event’s data as the payments platform sent it.'),
  }),
  'One event about a payout, at its place in the log.',
);

export const payoutWithTimelineSchema = component(
  'PayoutWithTimeline',
  z.object({
    ...payoutFields,
    timeline: describe(z.array(payoutFactSchema), 'Every event about this payout, in the order they happened.'),
  }),
  'A payout with everything that happened to it.',
);

export type PayoutJson = z.output<typeof payoutSchema>;
