import { listPayouts as queryPayouts } from '@northwind/projector';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { CURSOR_LENGTH_MAX, readPageCursor, writePageCursor } from '../http/page-cursor.ts';
import { asOfSchema } from '../shapes/coordinate.ts';
import { describePayout } from '../shapes/describe-payout.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { payoutSchema, payoutStatusSchema } from '../shapes/payout.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { waitingQuery } from '../shapes/waiting.ts';
import { readAtLeast } from '../waiting/read-at-least.ts';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;

export function listPayouts(app: ApiApp, { db, gate }: ApiContext): void {
  app.get('/v1/payouts', {
    schema: {
      operationId: 'listPayouts',
      summary: 'A merchant’s payouts, newest first',
      description:
        'The order is that in which the log first told of them. It never changes, so pages neither repeat nor skip.',
      tags: ['payouts'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        status: payoutStatusSchema.optional(),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
        cursor: describe(z.string().max(CURSOR_LENGTH_MAX).optional(), '`nextCursor` of the page before.'),
        ...waitingQuery,
      }),
      response: {
        200: z.object({
          asOf: asOfSchema,
          payouts: z.array(payoutSchema),
          nextCursor: describe(z.string().nullable(), 'Null on the last page.'),
        }),
        ...problemResponses(
          'validation_failed',
          'cursor_invalid',
          'unauthenticated',
          'merchant_forbidden',
          'not_applied_yet',
          'too_many_waiting',
        ),
      },
    },
    handler: async (request, reply) => {
      const { query } = request;
      const { status, limit, cursor } = query;
      const merchantId = merchantOf(request, query.merchantId);
      const filter = status ?? null;
      const before = cursor === undefined ? undefined : readPageCursor(cursor, filter);
      const { asOf, payouts, next } = await readAtLeast(gate, { merchantId, query, reply }, () =>
        queryPayouts(db, { merchantId, status, limit, before }),
      );
      const nextCursor = next === null ? null : writePageCursor(next, filter);
      return { asOf, payouts: payouts.map(describePayout), nextCursor };
    },
  });
}
