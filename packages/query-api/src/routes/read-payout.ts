import { readPayout as queryPayout } from '@northwind/projector';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { asOfSchema } from '../shapes/coordinate.ts';
import { describePayout } from '../shapes/describe-payout.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { payoutWithTimelineSchema } from '../shapes/payout.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { waitingQuery } from '../shapes/waiting.ts';
import { readAtLeast } from '../waiting/read-at-least.ts';

export function readPayout(app: ApiApp, { db, gate }: ApiContext): void {
  app.get('/v1/payouts/:payoutId', {
    schema: {
      operationId: 'readPayout',
      summary: 'One payout and everything that happened to it',
      tags: ['payouts'],
      security: SIGNED_IN,
      params: z.strictObject({ payoutId: idSchema }),
      querystring: z.strictObject({ ...merchantQuery, ...waitingQuery }),
      response: {
        200: z.object({ asOf: asOfSchema, payout: payoutWithTimelineSchema }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'payout_not_found',
          'not_applied_yet',
          'too_many_waiting',
        ),
      },
    },
    handler: async (request, reply) => {
      const { query } = request;
      const { payoutId } = request.params;
      const merchantId = merchantOf(request, query.merchantId);
      const { asOf, payout } = await readAtLeast(gate, { merchantId, query, reply }, () =>
        queryPayout(db, { merchantId, payoutId }),
      );
      if (!payout) throw payoutNotFound();
      const timeline = payout.timeline.map((fact) => ({ ...fact, data: fact.data as Record<string, unknown> }));
      return { asOf, payout: { ...describePayout(payout), timeline } };
    },
  });
}

/** The same answer for another merchant's payout and for none: which ids exist is nobody else's business. */
export function payoutNotFound(): Problem {
  return new Problem('payout_not_found', 'This merchant has no payout with this id.');
}
