import { listResendItems as queryItems } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOrAllOf } from '../http/authenticate.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { describeResendItem, jobIdSchema, resendItemSchema, resendItemStateSchema } from '../shapes/resend-job.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { findResendJob } from './read-resend-job.ts';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;

export function listResendItems(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-resend-jobs/:jobId/items', {
    schema: {
      operationId: 'listResendItems',
      summary: 'What became of each delivery of a bulk re-send, oldest first',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ jobId: jobIdSchema }),
      querystring: z.strictObject({
        ...merchantQuery,
        state: resendItemStateSchema.optional(),
        after: describe(z.uuid().optional(), 'The last `deliveryId` of the page before.'),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
      }),
      response: {
        200: z.object({ items: z.array(resendItemSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'resend_job_not_found'),
      },
    },
    handler: async (request) => {
      const { merchantId: named, state, after, limit } = request.query;
      const { jobId } = request.params;
      await findResendJob(db, { merchantId: merchantOrAllOf(request, named), jobId });
      const items = await queryItems(db, { jobId, state, after, limit });
      return { items: items.map(describeResendItem) };
    },
  });
}
