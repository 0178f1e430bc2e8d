import { listSecrets } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { endpointNotFound } from '../shapes/refuse-secret.ts';
import { liveSecretSchema } from '../shapes/secret.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function listWebhookSecrets(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-endpoints/:endpointId/secrets', {
    schema: {
      operationId: 'listWebhookSecrets',
      summary: 'Which secrets sign an endpoint’s requests, and until when',
      description: 'No secret is in the answer; the public keys of v1a are.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ secrets: z.array(liveSecretSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'endpoint_not_found'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const secrets = await listSecrets(db, { merchantId, endpointId: request.params.endpointId });
      if (secrets === null) throw endpointNotFound();
      return { secrets };
    },
  });
}
