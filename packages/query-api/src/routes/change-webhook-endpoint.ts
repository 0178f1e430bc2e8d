import { changeEndpoint, endpointPolicyChangeSchema } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, requireRight } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { describeEndpoint } from '../shapes/describe-endpoint.ts';
import { endpointSchema, endpointUrlSchema, eventTypesSchema } from '../shapes/endpoint.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { endpointNotFound } from './read-webhook-endpoint.ts';

const bodySchema = z
  .strictObject({
    url: endpointUrlSchema.optional(),
    eventTypes: describe(eventTypesSchema.optional(), 'Of transitions from now on.'),
    policy: describe(endpointPolicyChangeSchema.optional(), 'What is left out stays as it is.'),
    status: z.enum(['enabled', 'disabled']).optional(),
    catchUp: describe(
      z.boolean().optional(),
      'With `status: enabled`: whether what the endpoint missed while it was disabled is sent now.',
    ),
  })
  .refine(({ status, catchUp }) => catchUp === undefined || status === 'enabled', {
    path: ['catchUp'],
    message: 'goes with status enabled only',
  });

export function changeWebhookEndpoint(app: ApiApp, { db, allowInsecureTargets }: ApiContext): void {
  app.patch('/v1/webhook-endpoints/:endpointId', {
    schema: {
      operationId: 'changeWebhookEndpoint',
      summary: 'Change where webhooks go, which, and how they are retried; disable and enable again',
      description: 'Enabling again makes what waited due at once. `POST …/preview` shows what a policy comes to.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      body: bodySchema,
      response: {
        200: z.object({
          endpoint: endpointSchema,
          released: describe(z.int(), 'Deliveries that waited while it was disabled and are due now.'),
          planned: describe(z.int(), 'Deliveries of what it missed while it was disabled.'),
        }),
        ...problemResponses(
          'validation_failed',
          'endpoint_refused',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'endpoint_not_found',
        ),
      },
    },
    handler: async (request) => {
      requireRight(request, 'managesEndpoints');
      const merchantId = merchantOf(request, request.query.merchantId);
      const place = { merchantId, endpointId: request.params.endpointId };
      const changed = await changeEndpoint(db, place, { change: request.body, options: { allowInsecureTargets } });
      if (changed.ok) {
        const { endpoint, released, planned } = changed;
        return { endpoint: describeEndpoint(endpoint), released, planned };
      }
      if (changed.problem === 'not_found') throw endpointNotFound();
      const { field, message } = changed.problem;
      throw new Problem('endpoint_refused', `${field} ${message}.`, [{ field, message }]);
    },
  });
}
