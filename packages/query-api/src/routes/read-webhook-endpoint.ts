import { readEndpoint } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { describeEndpoint } from '../shapes/describe-endpoint.ts';
import { endpointSchema } from '../shapes/endpoint.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function readWebhookEndpoint(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-endpoints/:endpointId', {
    schema: {
      operationId: 'readWebhookEndpoint',
      summary: 'A webhook endpoint with its policy and how it fares',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ endpoint: endpointSchema }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'endpoint_not_found'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const endpoint = await readEndpoint(db, { merchantId, endpointId: request.params.endpointId });
      if (!endpoint) throw endpointNotFound();
      return { endpoint: describeEndpoint(endpoint) };
    },
  });
}

export function endpointNotFound(): Problem {
  return new Problem('endpoint_not_found', 'This merchant has no endpoint with this id.');
}
