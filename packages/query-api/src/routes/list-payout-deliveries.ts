import { readPayout } from '@northwind/projector';
import { listDeliveries } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { asOfSchema } from '../shapes/coordinate.ts';
import { deliverySchema } from '../shapes/delivery.ts';
import { describeDelivery } from '../shapes/describe-delivery.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { payoutNotFound } from './read-payout.ts';

/** Five events at most, at twenty endpoints at most. */
const DELIVERIES_MAX = 100;

export function listPayoutDeliveries(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/payouts/:payoutId/deliveries', {
    schema: {
      operationId: 'listPayoutDeliveries',
      summary: 'What was sent about a payout, with the receipt of every attempt',
      tags: ['payouts', 'webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ payoutId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ asOf: asOfSchema, deliveries: z.array(deliverySchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'payout_not_found'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const { payoutId } = request.params;
      const { asOf, payout } = await readPayout(db, { merchantId, payoutId });
      if (!payout) throw payoutNotFound();
      const deliveries = await listDeliveries(db, { merchantId, payoutId, limit: DELIVERIES_MAX });
      return { asOf, deliveries: deliveries.map(describeDelivery) };
    },
  });
}
