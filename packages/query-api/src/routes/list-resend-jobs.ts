import { listResendJobs as queryJobs } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOrAllOf } from '../http/authenticate.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describeResendJob, resendJobSchema } from '../shapes/resend-job.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 100;

export function listResendJobs(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-resend-jobs', {
    schema: {
      operationId: 'listResendJobs',
      summary: 'Bulk re-sends, newest first, with their progress',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
      }),
      response: {
        200: z.object({ jobs: z.array(resendJobSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOrAllOf(request, request.query.merchantId);
      const jobs = await queryJobs(db, { merchantId, limit: request.query.limit });
      return { jobs: jobs.map(describeResendJob) };
    },
  });
}
