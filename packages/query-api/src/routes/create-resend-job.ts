import { randomBytes } from '@northwind/service-kit';
import {
  createResendJob as createJob,
  DELIVERY_STATES,
  previewResendJob,
  type ResendFilter,
  readResendJob,
  WEBHOOK_EVENT_TYPES,
} from '@northwind/webhooks';
import { z } from 'zod';
import { actorOf } from '../access/principal.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOrAllOf, principalOf, requireRight } from '../http/authenticate.ts';
import { outcomeSchema } from '../shapes/delivery.ts';
import { instantSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { describeResendJob, resendFilterSchema, resendJobSchema } from '../shapes/resend-job.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const RATE_MAX = 10_000;

const candidateSchema = z.object({
  deliveryId: z.string(),
  webhookId: z.string(),
  endpointId: z.string(),
  url: z.string(),
  merchantId: z.string(),
  payoutId: z.string(),
  eventType: z.enum(WEBHOOK_EVENT_TYPES),
  state: z.enum(DELIVERY_STATES),
  lastOutcome: outcomeSchema.nullable(),
  createdAt: instantSchema,
});

const bodySchema = z.strictObject({
  ...resendFilterSchema,
  dryRun: describe(z.boolean().default(false), 'Only count, and show the first; nothing is sent.'),
  ratePerSecond: describe(
    z.int().min(1).max(RATE_MAX).optional(),
    'Deliveries a second at most, over all endpoints; 50 when left out.',
  ),
});

export function createResendJob(app: ApiApp, { db }: ApiContext): void {
  app.post('/v1/webhook-resend-jobs', {
    schema: {
      operationId: 'createResendJob',
      summary: 'Send many webhooks again',
      description:
        'The deliveries that match now, oldest first, each once. Any number; no restart loses or doubles one. ' +
        'With `dryRun` it only tells how many there are, and shows some. Operators may leave `merchantId` out: all.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject(merchantQuery),
      body: bodySchema,
      response: {
        200: describe(
          z.object({ count: z.bigint(), sample: describe(z.array(candidateSchema), 'The oldest ten.') }),
          'Of a dry run.',
        ),
        201: z.object({ job: resendJobSchema }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
        ),
      },
    },
    handler: async (request, reply) => {
      requireRight(request, 'resendsDeliveries');
      const merchantId = merchantOrAllOf(request, request.query.merchantId);
      const { dryRun, ratePerSecond, ...narrowing } = request.body;
      const filter: ResendFilter = { merchantId, ...narrowing };
      if (dryRun) {
        const { count, sample } = await previewResendJob(db, filter);
        return reply.code(200).send({ count, sample: [...sample] });
      }
      const order = { filter, ratePerSecond, requestedBy: actorOf(principalOf(request)) };
      const { jobId } = await createJob(db, order, { randomBytes });
      const job = await readResendJob(db, { merchantId, jobId });
      if (job === null) throw new Error(`job ${jobId} was made and is not there`);
      return reply.code(201).send({ job: describeResendJob(job) });
    },
  });
}
