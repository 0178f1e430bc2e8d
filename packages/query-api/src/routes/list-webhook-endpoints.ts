import { listEndpoints } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { describeEndpoint } from '../shapes/describe-endpoint.ts';
import { endpointSchema } from '../shapes/endpoint.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function listWebhookEndpoints(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-endpoints', {
    schema: {
      operationId: 'listWebhookEndpoints',
      summary: 'A merchant’s webhook endpoints',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ endpoints: z.array(endpointSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const endpoints = await listEndpoints(db, { merchantId });
      return { endpoints: endpoints.map(describeEndpoint) };
    },
  });
}
