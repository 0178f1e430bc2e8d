/** A webhook event as its merchant reads it back. */
import { DELIVERY_STATES, PAYOUT_EVENT_TYPES } from '@northwind/webhooks';
import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const webhookEventSchema = component(
  'WebhookEvent',
  z.object({
    type: z.enum(PAYOUT_EVENT_TYPES),
    payoutId: z.string(),
    occurredAt: instantSchema,
    recordedAt: describe(instantSchema.clone(), 'When our log took it in.'),
    partition: z.int(),
    offset: describe(z.bigint(), 'Its place in the log; grows from event to event.'),
    body: describe(z.string(), 'Exactly the bytes of the request, as text: parse it as you parse the request’s.'),
    webhooks: describe(
      z.array(
        z.object({
          endpointId: z.string(),
          webhookId: describe(z.string(), 'The `webhook-id` header that it has there, sent or not.'),
          state: describe(z.enum(DELIVERY_STATES).nullable(), 'Null when it was not sent: the endpoint was disabled.'),
        }),
      ),
      'One per endpoint that it belongs to.',
    ),
  }),
  'A change of a payout’s status, as webhooks tell it.',
);
