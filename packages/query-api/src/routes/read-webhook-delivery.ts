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
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

/** What PostgreSQL numbers attempts with. */
const ATTEMPT_MAX = 2_147_483_647;

export function readWebhookDelivery(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-deliveries/:deliveryId', {
    schema: {
      operationId: 'readWebhookDelivery',
      summary: 'A webhook delivery with the receipts of its attempts',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ deliveryId: z.uuid() }),
      querystring: z.strictObject({
        ...merchantQuery,
        attemptsBefore: describe(
          z.coerce.number().int().min(1).max(ATTEMPT_MAX).optional(),
          'Only receipts of attempts before this one.',
        ),
      }),
      response: {
        200: z.object({ delivery: deliverySchema }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'delivery_not_found'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const { deliveryId } = request.params;
      const delivery = await findDelivery(db, { merchantId, deliveryId, before: request.query.attemptsBefore });
      if (delivery === null) {
        throw new Problem('delivery_not_found', 'Look it up in the list: GET /v1/webhook-deliveries.');
      }
      return { delivery: describeDelivery(delivery) };
    },
  });
}
