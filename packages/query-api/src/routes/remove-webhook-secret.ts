import { removeSecret } from '@northwind/webhooks';
import { z } from 'zod';
import { describePrincipal } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf, requireRight } from '../http/authenticate.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { NO_CONTENT } from '../shapes/no-content.ts';
import { problemResponses } from '../shapes/problem.ts';
import { refuseSecret } from '../shapes/refuse-secret.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const VERSION_MAX = 2 ** 31 - 1;

export function removeWebhookSecret(app: ApiApp, { db }: ApiContext): void {
  app.delete('/v1/webhook-endpoints/:endpointId/secrets/:version', {
    schema: {
      operationId: 'removeWebhookSecret',
      summary: 'Let a secret sign no more',
      description:
        'An older one before its overlap ends, or the key pair of v1a. The current one of v1 is rotated instead.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema, version: z.coerce.number().int().min(1).max(VERSION_MAX) }),
      querystring: z.strictObject(merchantQuery),
      response: {
        204: NO_CONTENT,
        ...problemResponses(
          'validation_failed',
          'secret_refused',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'endpoint_not_found',
          'secret_not_found',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'rotatesSecrets');
      const merchantId = merchantOf(request, request.query.merchantId);
      const actor = describePrincipal(principalOf(request));
      const removed = await removeSecret(db, { merchantId, ...request.params, actor });
      if (!removed.ok) throw refuseSecret(removed.problem);
      return reply.code(204).send(null);
    },
  });
}
