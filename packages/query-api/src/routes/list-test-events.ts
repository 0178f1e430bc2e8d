import { listTests } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { deliverySchema } from '../shapes/delivery.ts';
import { describeDelivery } from '../shapes/describe-delivery.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const TESTS_MAX = 50;

export function listTestEvents(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-endpoints/:endpointId/tests', {
    schema: {
      operationId: 'listTestEvents',
      summary: 'What became of an endpoint’s latest tests, newest first',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ deliveries: z.array(deliverySchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const deliveries = await listTests(db, { merchantId, endpointId: request.params.endpointId, limit: TESTS_MAX });
      return { deliveries: deliveries.map(describeDelivery) };
    },
  });
}
