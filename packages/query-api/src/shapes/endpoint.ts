/** Where a merchant is told about its payouts. */
import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const endpointSchema = component(
  'WebhookEndpoint',
  z.object({
    endpointId: z.string(),
    url: z.string(),
    eventTypes: z.array(z.string()),
    status: z.enum(['enabled', 'disabled']),
    createdAt: instantSchema,
    disabledAt: instantSchema.nullable(),
    disabledReason: describe(z.string().nullable(), 'Why nothing is sent there any more.'),
  }),
  'A URL that is sent a signed request for each payout event it asked for.',
);

export type EndpointJson = z.output<typeof endpointSchema>;
