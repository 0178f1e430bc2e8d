import { randomBytes } from '@northwind/service-kit';
import { registerEndpoint } from '@northwind/webhooks';
import { z } from 'zod';
import { describePrincipal } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf, requireRight } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { describeEndpoint } from '../shapes/describe-endpoint.ts';
import { endpointSchema, endpointUrlSchema, eventTypesSchema } from '../shapes/endpoint.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function registerWebhookEndpoint(app: ApiApp, { db, secretsKey, allowInsecureTargets }: ApiContext): void {
  app.post('/v1/webhook-endpoints', {
    schema: {
      operationId: 'registerWebhookEndpoint',
      summary: 'Be told about payouts from now on',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject(merchantQuery),
      body: z.strictObject({
        url: endpointUrlSchema,
        eventTypes: describe(eventTypesSchema.optional(), '`payout.settled` alone when left out.'),
      }),
      response: {
        201: z.object({
          endpoint: endpointSchema,
          secret: describe(z.string(), 'Checks our signatures (Standard Webhooks). Shown this once.'),
        }),
        ...problemResponses(
          'validation_failed',
          'endpoint_refused',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'managesEndpoints');
      const merchantId = merchantOf(request, request.query.merchantId);
      const { url, eventTypes } = request.body;
      const wanted = { merchantId, url, ...(eventTypes && { eventTypes }) };
      const actor = describePrincipal(principalOf(request));
      const registered = await registerEndpoint(db, wanted, { secretsKey, allowInsecureTargets, randomBytes, actor });
      if (!registered.ok) {
        const { field, message } = registered.problem;
        throw new Problem('endpoint_refused', `${field} ${message}.`, [{ field, message }]);
      }
      return reply.code(201).send({ endpoint: describeEndpoint(registered.endpoint), secret: registered.secret });
    },
  });
}
