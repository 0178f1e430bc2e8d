import { sendTestEvent as planTestEvent, type TestOutcome } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, requireRight } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function sendTestEvent(app: ApiApp, { db }: ApiContext): void {
  app.post('/v1/webhook-endpoints/:endpointId/test', {
    schema: {
      operationId: 'sendTestEvent',
      summary: 'Send an endpoint one `webhook.test`, whatever it subscribed to',
      description:
        'Signed and sent like any other, once: a test is not retried. Six a minute per endpoint, sixty an hour per ' +
        'merchant. What became of it is in the endpoint’s tests.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        202: z.object({
          deliveryId: z.string(),
          webhookId: describe(z.string(), 'The `webhook-id` header that it has.'),
        }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'endpoint_not_found',
          'endpoint_disabled',
          'too_many_tests',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'managesEndpoints');
      const merchantId = merchantOf(request, request.query.merchantId);
      const outcome = await planTestEvent(db, { merchantId, endpointId: request.params.endpointId });
      if (outcome.kind !== 'planned') throw refusal(outcome);
      const { deliveryId, webhookId } = outcome;
      return reply.code(202).send({ deliveryId, webhookId });
    },
  });
}

function refusal(outcome: Exclude<TestOutcome, { readonly kind: 'planned' }>): Problem {
  switch (outcome.kind) {
    case 'endpoint_not_found':
      return new Problem('endpoint_not_found', 'This merchant has no endpoint with this id.');
    case 'endpoint_disabled':
      return new Problem('endpoint_disabled', 'Nothing is sent to it until it is enabled again.');
    case 'too_many_tests':
      return new Problem(
        'too_many_tests',
        outcome.per === 'minute'
          ? `This endpoint was sent ${outcome.max} tests within a minute. Wait a minute.`
          : `This merchant’s endpoints were sent ${outcome.max} tests within an hour. Wait an hour.`,
      );
  }
}
