import { changedPolicy, ENDPOINT_POLICY, endpointPolicyChangeSchema, previewAttempts } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiApp } from '../http/api-app.ts';
import { policySchema } from '../shapes/endpoint.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const attemptSchema = z.object({
  attempt: z.int(),
  earliestMs: z.int(),
  nominalMs: describe(z.int(), 'With every wait in the middle of its jitter.'),
  latestMs: z.int(),
  isCertain: describe(z.boolean(), 'False when jitter decides whether it still falls within the window.'),
});

export function previewWebhookPolicy(app: ApiApp): void {
  app.post('/v1/webhook-endpoints/preview', {
    schema: {
      operationId: 'previewWebhookPolicy',
      summary: 'When a policy would attempt a delivery, before it is saved',
      description:
        'In milliseconds after the first attempt, if each fails at once. Longer answers, a penalty for overload and ' +
        '`Retry-After` come on top, up to the window.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      body: z.strictObject({
        policy: describe(endpointPolicyChangeSchema, 'What is left out is the default.'),
      }),
      response: {
        200: z.object({ policy: policySchema, attempts: z.array(attemptSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'origin_forbidden'),
      },
    },
    handler: async (request) => {
      const policy = changedPolicy(ENDPOINT_POLICY, request.body.policy);
      return { policy, attempts: previewAttempts(policy) };
    },
  });
}
