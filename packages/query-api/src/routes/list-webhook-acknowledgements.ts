import { currencyExponent } from '@northwind/events';
import { AGE_BUCKETS, listUnacknowledged, REASON_MEANINGS, UNACKNOWLEDGED_REASONS } from '@northwind/webhooks';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf } from '../http/authenticate.ts';
import { currencySchema, exponentSchema, instantSchema, merchantQuery, minorSchema } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { component, describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const LINES_DEFAULT = 1_000;
const LINES_MAX = 10_000;
const HOUR_SECONDS = 3_600;
const YEAR_SECONDS = 366 * 24 * HOUR_SECONDS;

const lineSchema = component(
  'UnacknowledgedPayouts',
  z.object({
    merchantId: z.string(),
    reason: describe(
      z.enum(UNACKNOWLEDGED_REASONS),
      UNACKNOWLEDGED_REASONS.map((reason) => `\`${reason}\`: ${REASON_MEANINGS[reason]}`).join(' '),
    ),
    reasonMeaning: z.string(),
    age: describe(z.enum(AGE_BUCKETS), 'How long ago our log took the settlement in.'),
    currency: currencySchema,
    exponent: exponentSchema.nullable(),
    count: z.int(),
    amountMinor: minorSchema,
    oldestRecordedAt: instantSchema,
  }),
  'Settled payouts that no endpoint of the merchant ever acknowledged, of one reason, age and currency.',
);

export function listWebhookAcknowledgements(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-acknowledgements', {
    schema: {
      operationId: 'listWebhookAcknowledgements',
      summary: 'Settled, never acknowledged: payouts whose `payout.settled` nobody ever answered with 200–299',
      description:
        'By merchant, reason, age and currency, the oldest first. A merchant sees its own; finance and operators see ' +
        'all merchants, or the one they name.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        olderThanSeconds: describe(
          z.coerce.number().int().min(0).max(YEAR_SECONDS).default(HOUR_SECONDS),
          'Settled at least so long ago: what is on its way is not counted.',
        ),
        limit: z.coerce.number().int().min(1).max(LINES_MAX).default(LINES_DEFAULT),
      }),
      response: {
        200: z.object({
          lines: z.array(lineSchema),
          isCutOff: describe(z.boolean(), 'True when there are more lines than `limit`.'),
        }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden'),
      },
    },
    handler: async (request) => {
      const { olderThanSeconds, limit, merchantId: named } = request.query;
      const merchantId = merchantOrAll(request, named);
      const report = await listUnacknowledged(db, { merchantId, olderThanMs: olderThanSeconds * 1_000, limit });
      const lines = report.lines.map((line) => ({
        ...line,
        reasonMeaning: REASON_MEANINGS[line.reason],
        exponent: currencyExponent(line.currency),
      }));
      return { lines, isCutOff: report.isCutOff };
    },
  });
}

/** Undefined is all merchants, for those who may read any. */
function merchantOrAll(request: FastifyRequest, named: string | undefined): string | undefined {
  if (named === undefined && may(principalOf(request), 'readsAnyMerchant')) return undefined;
  return merchantOf(request, named);
}
