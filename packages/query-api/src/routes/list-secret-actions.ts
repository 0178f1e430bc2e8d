import { listSecretActions as listActions } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { endpointNotFound } from '../shapes/refuse-secret.ts';
import { describe } from '../shapes/registry.ts';
import { secretActionSchema } from '../shapes/secret.ts';
import { SIGNED_IN } from '../shapes/security.ts';

/** Digits of an int8 that can't overflow. */
const ACTION_ID = /^\d{1,18}$/;

export function listSecretActions(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-endpoints/:endpointId/secret-actions', {
    schema: {
      operationId: 'listWebhookSecretActions',
      summary: 'What was done with an endpoint’s signing secrets, and by whom',
      description: 'Newest first, at most 200; also of a removed endpoint. Signing is told by the receipts.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject({
        ...merchantQuery,
        before: describe(
          z.string().regex(ACTION_ID, 'must be the actionId of an answer').optional(),
          'The lowest `actionId` of the last answer: goes on with older ones.',
        ),
      }),
      response: {
        200: z.object({ actions: z.array(secretActionSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'endpoint_not_found'),
      },
    },
    handler: async (request) => {
      const { merchantId: named, before } = request.query;
      const merchantId = merchantOf(request, named);
      const wish = { merchantId, endpointId: request.params.endpointId };
      const actions = await listActions(db, { ...wish, ...(before !== undefined && { before: BigInt(before) }) });
      if (actions === null) throw endpointNotFound();
      return { actions };
    },
  });
}
