import { readDigest } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { daySchema, idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function readWebhookDigest(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-digests', {
    schema: {
      operationId: 'readWebhookDigest',
      summary: 'Count, sums and hash of an endpoint’s events of a day: one comparison says that you have all',
      description:
        'The day (UTC) is that on which our log took the events in. A day is closed when it has been over for two ' +
        'minutes and everything of it is applied. What was once sent as `webhook.digest` is answered for ever.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        endpointId: idSchema,
        day: describe(daySchema.clone(), '`2026-11-22`, UTC.'),
      }),
      response: {
        200: z.object({
          day: z.string(),
          webhookId: describe(z.string().nullable(), 'The `webhook-id` it was sent with; null when it was not.'),
          body: describe(z.string(), 'The body of the webhook `webhook.digest`, to the byte.'),
        }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'endpoint_not_found',
          'day_not_closed',
        ),
      },
    },
    handler: async (request) => {
      const { endpointId, day } = request.query;
      const merchantId = merchantOf(request, request.query.merchantId);
      const answer = await readDigest(db, { merchantId, endpointId, day });
      switch (answer.kind) {
        case 'endpoint_not_found':
          throw new Problem('endpoint_not_found', 'This merchant has no endpoint with this id.');
        case 'not_closed':
          throw new Problem('day_not_closed', `Events may still be added to it; ask for ${answer.lastClosedDay}.`);
        case 'digest':
          return { day, webhookId: answer.webhookId, body: answer.body };
      }
    },
  });
}
