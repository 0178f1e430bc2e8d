import { readResendJob as queryJob, type ResendJob } from '@northwind/webhooks';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiTables } from '../api-tables.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOrAllOf } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describeResendJob, jobIdSchema, resendJobSchema } from '../shapes/resend-job.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function readResendJob(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-resend-jobs/:jobId', {
    schema: {
      operationId: 'readResendJob',
      summary: 'How far a bulk re-send is',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ jobId: jobIdSchema }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ job: resendJobSchema }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'resend_job_not_found'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOrAllOf(request, request.query.merchantId);
      return { job: describeResendJob(await findResendJob(db, { merchantId, jobId: request.params.jobId })) };
    },
  });
}

/** Throws the problem `resend_job_not_found`. */
export async function findResendJob(
  db: Kysely<ApiTables>,
  wish: { readonly merchantId: string | null; readonly jobId: string },
): Promise<ResendJob> {
  const job = await queryJob(db, wish);
  if (job === null) throw resendJobNotFound();
  return job;
}

export const resendJobNotFound = () => new Problem('resend_job_not_found', 'You have no re-send job with this id.');
