/** Where a merchant is told about its payouts. */
import { endpointPolicySchema, WEBHOOK_EVENT_TYPES } from '@northwind/webhooks';
import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { component, describe } from './registry.ts';

const URL_LENGTH_MAX = 2_048;

export const endpointUrlSchema = describe(
  z.string().min(1).max(URL_LENGTH_MAX),
  'https, and reachable from the internet.',
);

export const eventTypesSchema = z
  .array(z.enum(WEBHOOK_EVENT_TYPES))
  .min(1)
  .refine((types) => new Set(types).size === types.length, 'must not name a type twice');

const { shape } = endpointPolicySchema;
describe(
  shape.waits,
  'The waits between attempts, one after the other; or `baseMs`, `factor` times as long each time, up to `capMs`.',
);
describe(shape.windowMs, 'No attempt begins later than this after the first was due.');
describe(
  shape.jitter,
  '`proportional`: each wait up to a fifth shorter or longer. `full`: anything from none to the whole.',
);
describe(shape.timeoutMs, 'For a whole attempt, from the connection to the end of the answer.');
describe(shape.concurrencyMax, 'Requests at once.');
describe(shape.ratePerSecond, 'Requests a second; null: no limit.');
describe(
  shape.isOrdered,
  'An event of a payout waits while an earlier one of the same payout is still to be delivered.',
);

export const policySchema = component('WebhookPolicy', endpointPolicySchema, 'How an endpoint is treated.');

const healthSchema = component(
  'WebhookEndpointHealth',
  z.object({
    circuit: describe(
      z.enum(['closed', 'open', 'half_open']),
      '`open`: after failures in a row nothing is sent before `probeAt`. `half_open`: one attempt decides.',
    ),
    probeAt: instantSchema.nullable(),
    consecutiveFailures: z.int(),
    failingSince: instantSchema.nullable(),
    lastFailureAt: instantSchema.nullable(),
    lastFailure: z.string().nullable(),
    concurrencyNow: describe(z.int(), 'Requests at once for now: fewer after overload, recovering with successes.'),
    warning: describe(
      z.object({ percent: z.int(), warnedAt: instantSchema, disablesAt: instantSchema }).nullable(),
      'Nothing but failures for 50, 70 or 90 % of the time after which the endpoint is disabled.',
    ),
  }),
  'How it fares.',
);

export const endpointSchema = component(
  'WebhookEndpoint',
  z.object({
    endpointId: z.string(),
    url: z.string(),
    eventTypes: z.array(z.string()),
    status: z.enum(['enabled', 'disabled']),
    createdAt: instantSchema,
    disabledAt: instantSchema.nullable(),
    disabledReason: describe(
      z.string().nullable(),
      'Why nothing is sent there any more: `gone`, `requested`, `failing` or `merchant`.',
    ),
    policy: policySchema,
    health: healthSchema,
  }),
  'A URL that is sent a signed request for each payout event it asked for.',
);

export type EndpointJson = z.output<typeof endpointSchema>;
