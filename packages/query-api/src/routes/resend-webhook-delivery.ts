import { type ResendOutcome, resendDelivery } from '@northwind/webhooks';
import { z } from 'zod';
import { actorOf } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf, requireRight } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const ACCEPTED = ['requeued', 'brought_forward', 'follows'] as const;
type Accepted = (typeof ACCEPTED)[number];

export function resendWebhookDelivery(app: ApiApp, { db }: ApiContext): void {
  app.post('/v1/webhook-deliveries/:deliveryId/resend', {
    schema: {
      operationId: 'resendWebhookDelivery',
      summary: 'Send a webhook again',
      description:
        'At once, with the same `webhook-id` and body, and with all its retries anew. Each request sends once more.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ deliveryId: z.uuid() }),
      querystring: z.strictObject(merchantQuery),
      response: {
        202: z.object({
          deliveryId: z.string(),
          outcome: describe(
            z.enum(ACCEPTED),
            '`requeued`: it was over and is pending again. `brought_forward`: it was waiting and is due now. ' +
              '`follows`: an attempt was under way, and another is made when it is over.',
          ),
        }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'delivery_not_found',
          'endpoint_not_enabled',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'resendsDeliveries');
      const merchantId = merchantOf(request, request.query.merchantId);
      const { deliveryId } = request.params;
      const actor = actorOf(principalOf(request));
      const outcome = accept(await resendDelivery(db, { merchantId, deliveryId, actor }));
      return reply.code(202).send({ deliveryId, outcome });
    },
  });
}

function accept(outcome: ResendOutcome): Accepted {
  switch (outcome) {
    case 'not_found':
      throw new Problem('delivery_not_found', 'This merchant has no delivery with this id.');
    case 'endpoint_removed':
      throw new Problem('endpoint_not_enabled', 'Its endpoint was removed; nothing is sent there any more.');
    case 'endpoint_disabled':
      throw new Problem('endpoint_not_enabled', 'Its endpoint is disabled. Enable it, then send again.');
    case 'state_changed':
      throw new Error('only a re-send that names states can miss them');
    default:
      return outcome;
  }
}
