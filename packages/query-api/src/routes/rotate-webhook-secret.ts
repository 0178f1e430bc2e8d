import { randomBytes } from '@northwind/service-kit';
import { rotateSecret } from '@northwind/webhooks';
import { z } from 'zod';
import { describePrincipal } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf, requireRight } from '../http/authenticate.ts';
import { idSchema, merchantQuery, reasonSchema } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { refuseSecret } from '../shapes/refuse-secret.ts';
import { describe } from '../shapes/registry.ts';
import { liveSecretSchema, schemeSchema } from '../shapes/secret.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const OVERLAP_HOURS_MAX = 168;
const SECRET_LENGTH_MAX = 128;

const bodySchema = z.strictObject({
  scheme: describe(schemeSchema.optional(), '`v1` when left out. The first rotation of `v1a` turns it on beside v1.'),
  overlapHours: describe(
    z.int().min(0).max(OVERLAP_HOURS_MAX).optional(),
    'How long older secrets sign beside the new one; 24 when left out. 0 ends them at once: after a leak.',
  ),
  secret: describe(
    z.string().min(1).max(SECRET_LENGTH_MAX).optional(),
    'A secret of your own: `whsec_` and 24 to 64 random bytes in base64. We make one when it is left out.',
  ),
  reason: reasonSchema.optional(),
});

export function rotateWebhookSecret(app: ApiApp, { db, secretsKey }: ApiContext): void {
  app.post('/v1/webhook-endpoints/:endpointId/secret/rotate', {
    schema: {
      operationId: 'rotateWebhookSecret',
      summary: 'A new signing secret, with an overlap',
      description: 'During the overlap each request carries a signature for each secret, the new one’s first.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ endpointId: idSchema }),
      querystring: z.strictObject(merchantQuery),
      body: bodySchema,
      response: {
        201: z.object({
          version: z.int(),
          scheme: schemeSchema,
          secret: describe(z.string().nullable(), 'Checks our signatures. Shown this once; null for v1a.'),
          publicKey: describe(z.string().nullable(), '`whpk_…` of v1a; null for v1.'),
          secrets: z.array(liveSecretSchema),
        }),
        ...problemResponses(
          'validation_failed',
          'secret_refused',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'endpoint_not_found',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'rotatesSecrets');
      const merchantId = merchantOf(request, request.query.merchantId);
      const { endpointId } = request.params;
      const actor = describePrincipal(principalOf(request));
      const { scheme, overlapHours, secret, reason } = request.body;
      const wish = {
        merchantId,
        endpointId,
        actor,
        ...(scheme !== undefined && { scheme }),
        ...(overlapHours !== undefined && { overlapHours }),
        ...(secret !== undefined && { secret }),
        ...(reason !== undefined && { reason }),
      };
      const rotated = await rotateSecret(db, wish, { secretsKey, randomBytes });
      if (!rotated.ok) throw refuseSecret(rotated.problem);
      const { ok: _, secrets, ...made } = rotated;
      return reply.code(201).send({ ...made, secrets: [...secrets] });
    },
  });
}
