import { findDelivery } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { deliverySchema } from '../shapes/delivery.ts';
import { describeDelivery } from '../shapes/describe-delivery.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function readWebhookDelivery(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-deliveries/:deliveryId', {
    schema: {
      operationId: 'readWebhookDelivery',
      summary: 'A webhook delivery with the receipt of every attempt',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ deliveryId: z.uuid() }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ delivery: deliverySchema }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'delivery_not_found'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const { deliveryId } = request.params;
      const delivery = await findDelivery(db, { merchantId, deliveryId });
      if (delivery === null) {
        throw new Problem('delivery_not_found', 'Look it up in the list: GET /v1/webhook-deliveries.');
      }
      return { delivery: describeDelivery(delivery) };
    },
  });
}
