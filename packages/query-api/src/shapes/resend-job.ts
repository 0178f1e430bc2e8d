/** A bulk re-send: what it is about, how far it is, and what became of each delivery. */
import {
  DELIVERY_STATES,
  RESEND_ITEM_STATES,
  RESEND_JOB_STATES,
  type ResendItem,
  type ResendJob,
  SKIP_REASONS,
  type SkipReason,
  WEBHOOK_EVENT_TYPES,
} from '@northwind/webhooks';
import { z } from 'zod';
import { outcomeSchema } from './delivery.ts';
import { idSchema, instantSchema, utcTimeSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const jobIdSchema = z
  .string()
  .regex(/^rj_[0-9a-f]{32}$/, 'is not the id of a re-send job: rj_ and 32 hex digits');

const distinct = (values: readonly string[]) => new Set(values).size === values.length;

/** What narrows a request to create one; the merchant comes with the query. */
export const resendFilterSchema = {
  states: describe(
    z.array(z.enum(DELIVERY_STATES)).min(1).refine(distinct, 'must not name a state twice').default(['exhausted']),
    'In one of these states. `exhausted` alone when left out.',
  ),
  endpointId: idSchema.clone().optional(),
  eventTypes: z.array(z.enum(WEBHOOK_EVENT_TYPES)).min(1).refine(distinct, 'must not name a type twice').optional(),
  payoutId: idSchema.clone().optional(),
  plannedFrom: describe(utcTimeSchema.clone().optional(), 'Planned at this UTC time or after.'),
  plannedBefore: describe(utcTimeSchema.clone().optional(), 'Planned before this UTC time.'),
};

export const resendItemStateSchema = z.enum(RESEND_ITEM_STATES);

const countSchema = z.bigint();

export const resendJobSchema = component(
  'ResendJob',
  z.object({
    jobId: z.string(),
    merchantId: describe(z.string().nullable(), 'Null: an operator’s, over all merchants.'),
    filter: z.object({
      merchantId: z.string().nullable(),
      states: z.array(z.enum(DELIVERY_STATES)),
      endpointId: z.string().optional(),
      eventTypes: z.array(z.enum(WEBHOOK_EVENT_TYPES)).optional(),
      payoutId: z.string().optional(),
      plannedFrom: z.string().optional(),
      plannedBefore: z.string().optional(),
    }),
    requestedBy: z.string(),
    state: describe(
      z.enum(RESEND_JOB_STATES),
      '`paused` and `cancelled` let nothing more out; what is out goes on, with all its retries.',
    ),
    ratePerSecond: z.int(),
    createdAt: instantSchema,
    finishedAt: describe(instantSchema.clone().nullable(), 'When the last of its deliveries was final.'),
    progress: describe(
      z.object({ total: countSchema, ...Object.fromEntries(RESEND_ITEM_STATES.map((state) => [state, countSchema])) }),
      'How many deliveries are in each state; they sum to `total`.',
    ),
  }),
  'A bulk re-send.',
);

export type ResendJobJson = z.output<typeof resendJobSchema>;

export const describeResendJob = (job: ResendJob): ResendJobJson => ({
  ...job,
  filter: { ...job.filter, states: [...job.filter.states], eventTypes: job.filter.eventTypes?.slice() },
});

export const resendItemSchema = component(
  'ResendItem',
  z.object({
    deliveryId: z.string(),
    endpointId: z.string(),
    state: resendItemStateSchema,
    reason: describe(
      z.enum(Object.keys(SKIP_REASONS) as [SkipReason, ...SkipReason[]]).nullable(),
      `Why it was skipped. ${Object.entries(SKIP_REASONS)
        .map(([code, meaning]) => `\`${code}\`: ${meaning}`)
        .join(' ')}`,
    ),
    lastOutcome: outcomeSchema.nullable(),
    finishedAt: instantSchema.nullable(),
  }),
  'What became of one delivery of a bulk re-send.',
);

export const describeResendItem = (item: ResendItem): z.output<typeof resendItemSchema> => item;
