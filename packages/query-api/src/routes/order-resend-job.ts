import { orderResendJob as giveOrder, RESEND_ORDERS } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOrAllOf, requireRight } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describeResendJob, jobIdSchema, resendJobSchema } from '../shapes/resend-job.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { findResendJob, resendJobNotFound } from './read-resend-job.ts';

export function orderResendJob(app: ApiApp, { db }: ApiContext): void {
  app.post('/v1/webhook-resend-jobs/:jobId/:order', {
    schema: {
      operationId: 'orderResendJob',
      summary: 'Pause, resume or cancel a bulk re-send',
      description: 'What is out already goes on. After `pause` and `cancel` have answered, nothing more goes out.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      params: z.strictObject({ jobId: jobIdSchema, order: z.enum(RESEND_ORDERS) }),
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ job: resendJobSchema }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'role_forbidden',
          'origin_forbidden',
          'resend_job_not_found',
          'resend_job_over',
        ),
      },
    },
    handler: async (request) => {
      requireRight(request, 'resendsDeliveries');
      const merchantId = merchantOrAllOf(request, request.query.merchantId);
      const { jobId, order } = request.params;
      const outcome = await giveOrder(db, { merchantId, jobId, order });
      if (outcome === 'not_found') throw resendJobNotFound();
      const job = await findResendJob(db, { merchantId, jobId });
      if (outcome === 'over') throw new Problem('resend_job_over', `It is ${job.state}, so you can’t ${order} it.`);
      return { job: describeResendJob(job) };
    },
  });
}
