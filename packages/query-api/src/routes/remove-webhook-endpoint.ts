import { removeEndpoint } from '@northwind/webhooks';
import { z } from 'zod';
import { describePrincipal } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf, requireRight } from '../http/authenticate.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { NO_CONTENT } from '../shapes/no-content.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { endpointNotFound } from './read-webhook-endpoint.ts';

export function removeWebhookEndpoint(app: ApiApp, { db }: ApiContext): void {
  app.delete('/v1/webhook-endpoints/:endpointId', {
    schema: {
      operationId: 'removeWebhookEndpoint',
      summary: 'Not be told there any more',
      description: 'What is still to be sent there is cancelled; its receipts stay.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        204: NO_CONTENT,
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'endpoint_not_found',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'managesEndpoints');
      const merchantId = merchantOf(request, request.query.merchantId);
      const { endpointId } = request.params;
      const actor = describePrincipal(principalOf(request));
      const outcome = await removeEndpoint(db, { merchantId, endpointId, actor });
      if (outcome === 'not_found') throw endpointNotFound();
      return reply.code(204).send(null);
    },
  });
}
